import { stripVTControlCharacters } from 'node:util';
import { textOf } from './notebook.ts';
import type { RunEvent, RunResult } from './run.ts';

export type Reporter = (event: RunEvent) => void;

/** Tells a run's progress: on a terminal one live line that each step replaces, elsewhere (CI, a file) one plain line a step. */
export function progressOn(stream: NodeJS.WriteStream, title: string): Reporter {
  const live = stream.isTTY;
  let total = 0;
  let label = '';
  let heading = '';
  // The first cell under a heading goes by it, the others by their code.
  const titleOf = (event: RunEvent & { kind: 'cell' }) => {
    const code = firstLine(textOf(event.cell.source));
    const title = !event.heading ? code : event.heading === heading ? `  ${code}` : event.heading;
    heading = event.heading;
    return title.length > 50 ? `${title.slice(0, 49)}…` : title;
  };
  const line = (text: string) => {
    if (live) stream.write(`\r\x1b[K${text.slice(0, stream.columns - 1)}`);
  };
  return (event) => {
    switch (event.kind) {
      case 'start':
        total = event.cells;
        stream.write(`${title}: ${total} cells\n`);
        return line('  starting the kernel …');
      case 'kernel':
        return line(`  kernel ready after ${event.seconds.toFixed(1)} s`);
      case 'cell':
        label = `[${String(event.number).padStart(2)}/${total}] ${titleOf(event)}`;
        return line(`  ${label} …`);
      case 'output':
        return line(`  ${label}: ${lastLine(event.message.content)}`);
      case 'done':
        return void stream.write(
          `${live ? '\r\x1b[K' : ''}  ${label.padEnd(52)} ${event.seconds.toFixed(1).padStart(6)} s\n`,
        );
    }
  };
}

/** Why a run did not pass, with the cell's source: what a reader of a CI log needs. Empty when it passed. */
export function explain({ status, problem }: RunResult, path: string): string {
  if (status === 'passed') return '';
  const what = {
    failed: 'failed',
    timeout: 'took too long',
    dead: 'ended with the kernel',
    interrupted: 'was interrupted',
  }[status];
  if (!problem) return `${path} ${what}`;
  const source = problem.source.replace(/^/gm, '    ');
  return `${path}: cell ${problem.number} ${what}:\n\n${source}\n\n${problem.text}`;
}

function firstLine(text: string): string {
  return text.trimStart().split('\n', 1)[0] ?? '';
}

function lastLine(content: Record<string, unknown>): string {
  const data = content.data as Record<string, string> | undefined;
  const text = typeof content.text === 'string' ? content.text : (data?.['text/plain'] ?? '');
  return (
    stripVTControlCharacters(String(text))
      .trimEnd()
      .split(/[\n\r]/)
      .at(-1) ?? ''
  );
}
