import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run/command.ts';
import { isTagged, textOf } from './run/notebook.ts';
import type { RunEvent, RunResult } from './run/run.ts';

/** `npm start`: the course's lab from data to predictions, headlessly, and where to look at it. */
export async function start(): Promise<RunResult['status']> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const notebook = join('notebooks', '01-serving.ipynb');
  const output = join('out', '01-serving.ipynb');
  const html = join('out', '01-serving.html');
  process.chdir(root);

  const results: string[] = [];
  const shown = new Set<number>();
  const collect = (event: RunEvent) => {
    // The notebook itself says which cells hold results, by a tag.
    if (event.kind === 'cell' && isTagged(event.cell, 'show-output')) shown.add(event.number);
    if (event.kind === 'output' && shown.has(event.number)) results.push(...textIn(event.message.content));
  };
  const status = await run(notebook, { output, html }, collect);
  if (status === 'passed') console.log(`\n${results.join('\n')}\n`);
  console.log(`The executed notebook: ${join(root, output)}\nAs a page:             ${join(root, html)}`);
  if (status === 'passed') console.log('Next: npm run lab opens it in JupyterLab (needs Python 3.11–3.13 with venv).');
  return status;
}

function textIn(content: Record<string, unknown>): string[] {
  const plain = (content.data as Record<string, string> | undefined)?.['text/plain'];
  const text = content.text ?? plain;
  return text === undefined ? [] : [textOf(text as string).trimEnd()];
}
