import { bundle } from '../display/bundle.ts';
import type { CellEvent } from '../runtime/run.ts';
import { parseOptions, words } from './arguments.ts';
import type { Magic, MagicCall } from './magic.ts';

/** What `%%capture NAME` assigns. */
export type Captured = {
  stdout: string;
  stderr: string;
  /** MIME bundles, in order; the cell's value is the last. */
  outputs: { data: Record<string, unknown>; metadata: Record<string, unknown> }[];
  /** Shows all of it in the cell that asks. */
  show(): void;
};

export const captureMagics: Magic[] = [
  {
    name: '%%capture',
    usage: '%%capture [--no-stdout] [--no-stderr] [--no-display] [NAME]',
    help: 'Runs the cell and keeps its output from the notebook, in a variable if one is named.',
    run: capture,
  },
];

async function capture({ host, cell, text, run, assign }: MagicCall): Promise<undefined> {
  // `%%capture NAME --no-stderr` too.
  const given = words(text).sort((a, b) => Number(b.startsWith('--')) - Number(a.startsWith('--')));
  const takes = { 'no-stdout': false, 'no-stderr': false, 'no-display': false };
  const { options, rest } = parseOptions(given.join(' '), takes);
  const events: CellEvent[] = [];
  const stop = cell.divert((event) => {
    const kind = event.kind === 'stream' ? event.name : 'display';
    if (options[`no-${kind}`]) return false;
    events.push(event);
    return true;
  });
  try {
    const ended = (await run?.()) as { value: unknown } | undefined;
    const value = await ended?.value;
    if (value !== undefined) cell.emit({ kind: 'display', ...(await bundle(value)) });
  } finally {
    stop();
    if (rest[0])
      assign(
        rest[0],
        captured(events, (event) => (host.current() ?? cell).emit(event)),
      );
  }
}

function captured(events: CellEvent[], emit: (event: CellEvent) => void): Captured {
  const text = (name: 'stdout' | 'stderr'): string =>
    events.map((event) => (event.kind === 'stream' && event.name === name ? event.text : '')).join('');
  return {
    stdout: text('stdout'),
    stderr: text('stderr'),
    outputs: events.flatMap((event) =>
      event.kind === 'display' || event.kind === 'update' ? [{ data: event.data, metadata: event.metadata }] : [],
    ),
    show: () => events.forEach(emit),
  };
}
