import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { parseOptions } from './arguments.ts';
import { type Magic, type MagicCall, UsageError } from './magic.ts';

/** Code that stands in files. */
export const codeMagics: Magic[] = [
  {
    name: '%load',
    usage: '%load [-r FIRST-LAST] FILE',
    help: 'Puts a file’s text into the cell, to be edited and run; -r takes some of its lines.',
    run: load,
    runSync: load,
  },
  {
    name: '%run',
    usage: '%run FILE.ts | NOTEBOOK.ipynb',
    help: 'Runs a file, or a notebook’s code cells, as if they were cells here: later cells know what they declare.',
    run: runFile,
  },
];

function load({ cell, text }: MagicCall): void {
  const { options, rest } = parseOptions(text, { r: true });
  const [file, ...more] = rest;
  if (file === undefined || more.length > 0) throw new UsageError('%load [-r FIRST-LAST] FILE');
  const lines = readText(file).replace(/\n$/, '').split('\n');
  cell.payload({
    source: 'set_next_input',
    text: `// %load ${text.trim()}\n${part(lines, options.r).join('\n')}`,
    replace: true,
  });
}

function part(lines: string[], range: string | true | undefined): string[] {
  if (typeof range !== 'string') return lines;
  const [, first, last] = /^(\d+)?[-:](\d+)?$/.exec(range) ?? /^(\d+)$/.exec(`${range}`) ?? [];
  if (first === undefined && last === undefined) throw new UsageError(`%load -r ${range}: lines, e.g. -r 5-10`);
  // `5-10` has its last line, `5:10` ends before it, as in IPython.
  const end = last === undefined ? lines.length : Number(last) - Number(range.includes(':'));
  return lines.slice(Number(first ?? 1) - 1, /[-:]/.test(range) ? end : Number(first));
}

async function runFile({ host, cell, text }: MagicCall): Promise<void> {
  const { rest } = parseOptions(text, { i: false });
  const [file, ...more] = rest;
  if (file === undefined || more.length > 0) throw new UsageError('%run FILE.ts | NOTEBOOK.ipynb');
  if (!/\.(?:[cm]?[jt]s|ipynb)$/.test(file))
    throw new UsageError(`%run ${file}: a .ts or .js file or an .ipynb notebook; !${file} runs a program`);
  const content = readText(file);
  for (const source of file.endsWith('.ipynb') ? codeCells(content, file) : [content]) {
    if (cell.signal.aborted) return;
    await host.runCode(source);
  }
}

function codeCells(content: string, file: string): string[] {
  let notebook: { cells?: { cell_type?: string; source?: string | string[] }[] };
  try {
    notebook = JSON.parse(content) as typeof notebook;
  } catch (error) {
    throw new UsageError(`${file} is not a notebook: ${(error as Error).message}`);
  }
  return (notebook.cells ?? [])
    .filter(({ cell_type }) => cell_type === 'code')
    .map(({ source = '' }) => (Array.isArray(source) ? source.join('') : source));
}

function readText(file: string): string {
  const path = file.replace(/^~(?=$|[\\/])/, homedir());
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new UsageError(`no such file: ${file}`);
  return readFileSync(path, 'utf8');
}
