import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { AnsiUp } from 'ansi_up';
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import python from 'highlight.js/lib/languages/python';
import typescript from 'highlight.js/lib/languages/typescript';
import { Marked } from 'marked';
import { type Cell, type MimeBundle, type Notebook, type Output, textOf } from './notebook.ts';
import { pageStyle } from './page-style.ts';

hljs.registerLanguage('typescript', typescript);
hljs.registerLanguage('bash', bash);
hljs.registerLanguage('python', python);

/** An executed notebook as one HTML page that needs nothing else: no script, no network. */
export async function toPage(notebook: Notebook, title: string): Promise<string> {
  const theme = async (name: string) =>
    readFile(createRequire(import.meta.url).resolve(`highlight.js/styles/${name}.css`), 'utf8');
  const [light, dark] = await Promise.all([theme('github'), theme('github-dark')]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="typelab">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(title)}</title>
<style>${light}
@media (prefers-color-scheme: dark) { ${dark} }
${pageStyle}</style>
</head>
<body>
<main>
${notebook.cells.map(toCell).join('\n')}
</main>
</body>
</html>
`;
}

/** What a cell shows may come from anybody, e.g. a student whose teacher opens the page: it runs nothing and loads nothing. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:; font-src data:; form-action 'none'; base-uri 'none'";

function toCell(cell: Cell): string {
  const source = textOf(cell.source);
  if (cell.cell_type === 'raw') return '';
  if (cell.cell_type === 'markdown') return `<section class="markdown">${markdown.parse(source)}</section>`;
  if (!source.trim() && !cell.outputs?.length) return '';
  const outputs = (cell.outputs ?? []).map(toOutput).join('\n');
  return `<section class="code">
<div class="prompt">[${cell.execution_count ?? ' '}]</div>
<div class="cell"><pre class="source"><code>${highlight(source)}</code></pre>
${outputs && `<div class="outputs">${outputs}</div>`}</div>
</section>`;
}

const markdown = new Marked({
  renderer: { code: ({ text, lang }) => `<pre class="source"><code>${highlight(text, lang)}</code></pre>` },
});

function highlight(source: string, language?: string): string {
  const shell = /^%%(bash|sh|script)\b/.exec(source) && 'bash';
  const name = [language, shell, 'typescript'].find((one) => one && hljs.getLanguage(one));
  return hljs.highlight(source, { language: name || 'typescript' }).value;
}

function toOutput(output: Output): string {
  switch (output.output_type) {
    case 'stream':
      return `<pre class="${output.name === 'stderr' ? 'stderr' : 'stdout'}">${ansi(finalText(textOf(output.text)))}</pre>`;
    case 'error':
      return `<pre class="error">${ansi(output.traceback.join('\n'))}</pre>`;
    default:
      return `<div class="display">${richest(output.data)}</div>`;
  }
}

/** The first type that a page can show, richest first, as front ends choose. */
function richest(data: MimeBundle): string {
  const text = (type: string) => (data[type] === undefined ? undefined : textOf(data[type] as string | string[]));
  const html = text('text/html') ?? text('image/svg+xml');
  if (html !== undefined) return html;
  for (const type of ['image/png', 'image/jpeg', 'image/gif', 'image/webp']) {
    const base64 = text(type);
    if (base64 !== undefined)
      return `<img src="data:${type};base64,${base64.trim()}" alt="${escapeHtml(text('text/plain') ?? '')}">`;
  }
  const md = text('text/markdown');
  if (md !== undefined) return markdown.parse(md) as string;
  return `<pre>${ansi(text('text/plain') ?? text('text/latex') ?? JSON.stringify(data['application/json'] ?? data, null, 2))}</pre>`;
}

/** What is left on a terminal after carriage returns: progress bars keep their last state only. */
function finalText(text: string): string {
  return text.replace(/\r+\n/g, '\n').replace(/^.*\r(?=[^\n])/gm, '');
}

function ansi(text: string): string {
  const colours = new AnsiUp();
  colours.use_classes = true;
  return colours.ansi_to_html(text);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
