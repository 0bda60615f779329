/** One cell of the gallery, and the MIME type as which a front end draws its output; undefined where an extension draws it. */
export type Shown = { source: string; as: string | undefined; fails?: boolean };

const html = 'text/html';
const plain = 'text/plain';
const drawing = 'image/svg+xml';

/** 72 × 48, red to the right and green downwards, by Pillow. */
const pictures = {
  png: 'iVBORw0KGgoAAAANSUhEUgAAAEgAAAAwBAMAAABAsiHYAAAAGFBMVEWfzXgzzXifj3gzj3ifU3gzU3ifGXgzGXj1/V5vAAAAM0lEQVR4nGMsZ0AD/z+gizAwYYhgAaOKqKiI5R66yGi0DBVFo3E3dBUxCqKLjMbdsFIEAFQPCmPhjm0vAAAAAElFTkSuQmCC',
  jpeg: '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAAwAEgDASIAAhEBAxEB/8QAGAABAQEBAQAAAAAAAAAAAAAAAgEDAAX/xAAWEAEBAQAAAAAAAAAAAAAAAAAAAQL/xAAYAQADAQEAAAAAAAAAAAAAAAABAgMFBP/EABcRAQADAAAAAAAAAAAAAAAAAAABAhH/2gAMAwEAAhEDEQA/APLmVmWkysy6NJFgmVmTmSmQ1WLBMrMnMlMl1SLM5kpk5kpkNVizOZc1mXF1SLMJkpk5lZkdY8WCZKZOZWZDVYsEysy0mVmS6pFgmVmWkysyGqxYJlzSZcXTxZjMrMnMlMjrIizOZKZOZKZDVIszmSmTmVmS6rFgmSmTmVmQ1SLBMuazLi6pFn//2Q==',
  gif: 'R0lGODdhSAAwAIIAAJ/NeDPNeJ+PeDOPeJ9TeDNTeJ8ZeDMZeCwAAAAASAAwAEAI/wAPCBxIsKDBgwcNKFzIsKHDhxANIJxIEWHEixgfFtjIsaPHjyBBEhhJsqTJkyhTEhjAsqXLlzBjxhRAs6bNmzhz6hQgs6dPmTuDCs0ZoKjRo0iTKlUKoKnTp1CjSp0KoKJVqxmzZgzJtWtIlWDDovRKlqzYs2J/qlU7tO3QpXDjLqVKt65UuXjx2t1r96pfi1oDP/xLmKDgwwwLK0bMuKzjr2gjj31MmaPkyyUra8bMea1noG5D5/xM2qXo0zZLq0bNOq/ruXxj331N26js209r68bNW3Fhxoh9EwZ+WPhf4oKN+0UeWPlV5lo1V+aMWTpl6petP8YuWbtj7pG9l0cFj1a8WfJpVZNmjVr9evai3X+GH1/+Wvqh7d/H31Y/W/5v6UYbb7gJOCCBshn4GoIJKpgXg7E5+CCEe0moF4V2WSgXhnYFBAA7',
  webp: 'UklGRo4AAABXRUJQVlA4IIIAAADwBACdASpIADAAPzWEulO/qKykJm9T8CaJZAZwDGpCHG+BaiYB0lr39vQVe7ermkAA/uv2PA3sq3kZPo9LlI7DUpsEKtOxMJCurdKiyWobd+0SYbANyoYHP0P7MzN30dw+I2h6qSE89v6IFMzWa7EqJywRPzYoaau3xEw0Qwzr9SYA',
};

const pdf =
  '%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 60]/Resources<<>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF';

/** Every display there is; `linkedom` and `jsdom` must be installed beside the notebook. */
export const gallery: Shown[] = [
  {
    source: `import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import { parseHTML } from 'linkedom';
import { button, checkbox, clearOutput, display, dropdown, html, md, progress, slider, svg, tex, textField, updateDisplay } from 'typelab/kernel';
import { tf } from 'typelab';`,
    as: plain,
  },
  {
    source: `Plot.plot({ title: 'Digits', subtitle: 'by class', caption: 'A caption.', height: 160, color: { legend: true },
  marks: [Plot.barY([['a', 3], ['b', 5], ['c', 2]], { x: '0', y: '1', fill: '0' }), Plot.ruleY([0])] })`,
    as: html,
  },
  {
    source: `Plot.plot({ height: 140, color: { type: 'linear', legend: true, label: 'value' },
  marks: [Plot.dot(Array.from({ length: 60 }, (_, i) => [i, Math.sin(i / 5)]), { fill: '1' })] })`,
    as: html,
  },
  { source: "Plot.lineY([1, 3, 2, 5, 4], { markerEnd: 'arrow' }).plot({ height: 120 })", as: drawing },
  {
    source:
      "[{ name: 'Ada', born: 1815, fellow: false }, { name: 'Grace', born: 1906, fellow: null }, { name: 'Karen', born: 1935 }]",
    as: html,
  },
  {
    source:
      "Array.from({ length: 120 }, (_, i) => Object.fromEntries(Array.from({ length: 40 }, (_, k) => ['c' + k, k ? i * k : 'row ' + i])))",
    as: html,
  },
  {
    source:
      'tf.tensor(Array.from({ length: 784 }, (_, i) => Math.hypot((i % 28) - 14, Math.floor(i / 28) - 14)), [28, 28])',
    as: html,
  },
  { source: 'tf.randomUniform([12, 16, 16, 3], 0, 1, undefined, 1)', as: html },
  { source: 'tf.tensor([[1, 2, 3], [4, 5, 6.5]])', as: plain },
  { source: 'Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i / 7) ** 3)', as: html },
  { source: 'BigInt64Array.of(1n, -2n)', as: plain },
  {
    source:
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the cell has the template
      'html`<p>HTML with a <b>bold</b> word, a <a href="https://example.org">link</a> and ${\'<escaped> text\'}</p>`',
    as: html,
  },
  {
    source:
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the cell has the template
      "md`### Markdown\n\n* a list with *emphasis*, \\`code\\`, $x^2$ and ${'*stars*'}\n\n| a | b |\n|---|--:|\n| one | 1 |`",
    as: 'text/markdown',
  },
  { source: 'tex`\\int_0^1 x^2\\,dx = \\frac{1}{3}`', as: 'text/latex' },
  {
    source:
      'svg`<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><circle cx="20" cy="20" r="15" fill="tomato"/><text x="45" y="25" fill="steelblue">SVG</text></svg>`',
    as: drawing,
  },
  {
    source:
      'new JSDOM(\'<svg width="90" height="30"><rect width="80" height="20" fill="seagreen"/></svg>\').window.document.querySelector(\'svg\')',
    as: drawing,
  },
  {
    source: "new JSDOM('<ul><li>of <b>jsdom</b></li></ul>').window.document.querySelector('ul')",
    as: html,
  },
  {
    source:
      'parseHTML(\'<svg width="90" height="30"><rect width="80" height="20" fill="orchid"/></svg>\').document.querySelector(\'svg\')',
    as: drawing,
  },
  { source: "parseHTML('<div><i>of linkedom</i></div>').document.querySelector('div')", as: html },
  {
    source: `({ $schema: 'https://vega.github.io/schema/vega-lite/v5.json', height: 80, data: { values: [{ a: 'x', b: 2 }, { a: 'y', b: 5 }] },
  mark: 'bar', encoding: { x: { field: 'b', type: 'quantitative' }, y: { field: 'a', type: 'nominal' } } })`,
    as: undefined,
  },
  { source: "({ type: 'Point', coordinates: [13.4, 52.5] })", as: plain },
  ...Object.entries(pictures).map(([kind, bytes]) => ({
    source: `Buffer.from('${bytes}', 'base64')`,
    as: `image/${kind}`,
  })),
  { source: `new TextEncoder().encode(${JSON.stringify(pdf)})`, as: undefined },
  {
    source:
      'new Map<string, unknown>([["set", new Set([1, 2, 3])], ["date", new Date(0)], ["url", new URL("https://example.org/a?b=c#d")]])',
    as: plain,
  },
  { source: "new RangeError('a value, not thrown', { cause: new Error('why') })", as: plain },
  {
    source: '[function named() {}, () => 1, class Point {}, Symbol("s"), 10n, null, undefined, -0, Number.NaN, /x/g]',
    as: plain,
  },
  {
    source: 'class Pair { constructor(readonly left: number, readonly right: string) {} }\nnew Pair(1, "two")',
    as: plain,
  },
  { source: 'const ring: Record<string, unknown> = { name: "ring" }; ring.self = ring; ring', as: plain },
  { source: 'Array.from({ length: 100_000 }, (_, i) => i)', as: plain },
  {
    source:
      "({ deep: { a: { b: { c: { d: { e: 1 } } } } }, [Symbol.for('nodejs.util.inspect.custom')]: () => 'as it says itself' })",
    as: plain,
  },
  { source: "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<em>as it shows itself</em>' }) })", as: html },
  {
    source: "await display('before', { id: 'one' }); await updateDisplay(html`<b>updated</b>`, { id: 'one' })",
    as: html,
  },
  {
    source: "console.log('cleared'); clearOutput({ wait: true }); console.log('after clearOutput')",
    as: 'application/vnd.jupyter.stdout',
  },
  {
    source: "for (const n of progress(20, { label: 'steps' })) await new Promise((done) => setTimeout(done, 5));",
    as: html,
  },
  {
    source:
      "for (const one of [slider({ max: 9, value: 4, label: 'k' }), checkbox({ value: true, label: 'on' }), dropdown(['a', 'b'], { label: 'pick' }), textField({ value: 'Ada', label: 'name' }), button('press')]) display(one)",
    as: undefined,
  },
  {
    source: "console.log('printed', { n: 1 }, [true]); console.error('to stderr');",
    as: 'application/vnd.jupyter.stdout',
  },
  { source: "const count: number = 'text'", as: 'application/vnd.jupyter.stderr', fails: true },
  {
    source: "function inner() { throw new RangeError('on purpose') }\ninner()",
    as: 'application/vnd.jupyter.stderr',
    fails: true,
  },
];

export function notebook(cells: (string | Shown)[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'typelab', display_name: 'TypeScript (typelab)', language: 'typescript' } },
    cells: cells.map((one, n) => ({
      cell_type: 'code',
      id: `cell-${n}`,
      execution_count: null,
      metadata: typeof one === 'object' && one.fails ? { tags: ['raises-exception'] } : {},
      outputs: [],
      source: typeof one === 'string' ? one : one.source,
    })),
  });
}
