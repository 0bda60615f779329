import { stripVTControlCharacters } from 'node:util';
import { textOf } from './notebook.ts';
import type { RunEvent, RunResult } from './run.ts';

export type Reporter = (event: RunEvent) => void;

/** Where runs tell their progress. */
export type Progress = {
  /** `named`: each line says which notebook it is of, since others run at the same time. */
  reporter(title: string, named?: boolean): Reporter;
  /** Anything else, which must not end up among the live lines. */
  say(text: string): void;
};

/** On a terminal each notebook that runs has one live line at the end, which each step replaces; elsewhere (CI, a file) a step is one plain line. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  const live = new Map<string, string>();
  let drawn = 0;
  const say = (text: string) => {
    const above = drawn > 0 ? `\x1b[${drawn}A\x1b[J` : '';
    // A terminal that does not say how wide it is says 0.
    const lines = [...live.values()].map((line) => `${line.slice(0, (stream.columns || 80) - 1)}\n`);
    drawn = lines.length;
    const all = `${above}${text && `${text}\n`}${lines.join('')}`;
    if (all) stream.write(all);
  };
  const line = (title: string, text: string) => {
    if (!stream.isTTY) return;
    live.set(title, text);
    say('');
  };
  return {
    say,
    reporter: (title, named = false) => reporterOf(title, named, { say, line, end: () => live.delete(title) }),
  };
}

type Board = { say(text: string): void; line(title: string, text: string): void; end(): void };

function reporterOf(title: string, named: boolean, { say, line, end }: Board): Reporter {
  let total = 0;
  let label = '';
  let heading = '';
  const name = named ? `${title} ` : '';
  // The first cell under a heading goes by it, the others by their code.
  const titleOf = (event: RunEvent & { kind: 'cell' }) => {
    const code = firstLine(textOf(event.cell.source));
    const title = !event.heading ? code : event.heading === heading ? `  ${code}` : event.heading;
    heading = event.heading;
    // With its number no wider than the column.
    return title.length > 44 ? `${title.slice(0, 43)}…` : title;
  };
  return (event) => {
    switch (event.kind) {
      case 'start':
        total = event.cells;
        say(`${title}: ${total} ${total === 1 ? 'cell' : 'cells'}`);
        return line(title, `  ${name}starting the kernel …`);
      case 'kernel':
        return line(title, `  ${name}kernel ready after ${event.seconds.toFixed(1)} s`);
      case 'cell':
        label = `${name}[${String(event.number).padStart(2)}/${total}] ${titleOf(event)}`;
        return line(title, `  ${label} …`);
      case 'output': {
        const text = lastLine(event.message.content);
        return text ? line(title, `  ${label}: ${text}`) : undefined;
      }
      case 'done':
        end();
        return say(`  ${label.padEnd(52)} ${event.seconds.toFixed(1).padStart(6)} s`);
      case 'end':
        end();
        return say('');
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
