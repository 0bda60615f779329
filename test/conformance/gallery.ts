/** A notebook with every display there is. */
const cells = [
  "import * as Plot from '@observablehq/plot';\nimport { display, html, md, progress, slider, svg, tex } from 'typelab/kernel';\nimport { tf } from 'typelab';",
  "Plot.plot({ title: 'Digits', subtitle: 'by class', caption: 'A caption.', height: 160, color: { legend: true },\n  marks: [Plot.barY([['a', 3], ['b', 5], ['c', 2]], { x: '0', y: '1', fill: '0' }), Plot.ruleY([0])] })",
  "Plot.plot({ height: 140, color: { type: 'linear', legend: true, label: 'value' }, marks: [Plot.dot(Array.from({ length: 60 }, (_, i) => [i, Math.sin(i / 5)]), { fill: '1' })] })",
  "Plot.lineY([1, 3, 2, 5, 4], { markerEnd: 'arrow' }).plot({ height: 120 })",
  "[{ name: 'Ada', born: 1815, fellow: false }, { name: 'Grace', born: 1906, fellow: null }, { name: 'Karen', born: 1935 }]",
  'tf.tensor(Array.from({ length: 784 }, (_, i) => Math.hypot((i % 28) - 14, Math.floor(i / 28) - 14)), [28, 28])',
  'tf.randomUniform([12, 16, 16, 3], 0, 1, undefined, 1)',
  'Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i / 7) ** 3)',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the cell has the template
  "html`<p>HTML with a <b>bold</b> word and ${'<escaped> text'}</p>`",
  'md`### Markdown\n\n* a list with *emphasis* and \\`code\\``',
  'tex`\\int_0^1 x^2\\,dx = \\frac{1}{3}`',
  'svg`<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><circle cx="20" cy="20" r="15" fill="tomato"/><text x="45" y="25" fill="steelblue">SVG</text></svg>`',
  "display({ $schema: 'https://vega.github.io/schema/vega-lite/v5.json', height: 80, data: { values: [{ a: 'x', b: 2 }, { a: 'y', b: 5 }] }, mark: 'bar', encoding: { x: { field: 'b', type: 'quantitative' }, y: { field: 'a', type: 'nominal' } } })",
  'new Map<string, unknown>([["set", new Set([1, 2, 3])], ["date", new Date(0)], ["url", new URL("https://example.org/")]])',
  "for (const n of progress(20, { label: 'steps' })) await new Promise((done) => setTimeout(done, 5));",
  "slider({ max: 9, value: 4, label: 'k' })",
  "console.log('printed'); console.error('to stderr');",
  "const count: number = 'text'",
  "function inner() { throw new RangeError('on purpose') }\ninner()",
];

export function gallery(): string {
  return notebook(cells);
}

export function notebook(sources: string[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'typelab', display_name: 'TypeScript (typelab)', language: 'typescript' } },
    cells: sources.map((source, n) => ({
      cell_type: 'code',
      id: `cell-${n}`,
      execution_count: null,
      metadata: source.includes('on purpose') || source.includes("= 'text'") ? { tags: ['raises-exception'] } : {},
      outputs: [],
      source,
    })),
  });
}
