/** test/cells/<case>/in.ts, or in.js for a JavaScript notebook → what a front end would do, in order. */

/** One thing that a front end sends, or that happens between two cells. */
export type Step =
  | { kind: 'run'; source: string }
  | { kind: 'complete' | 'inspect' | 'source'; source: string; cursor: number }
  | { kind: 'is-complete'; source: string }
  /** A file of the notebook's folder is written, or removed where there is no text. */
  | { kind: 'file'; name: string; text: string | undefined };

export type Case = {
  name: string;
  steps: Step[];
  /** A JavaScript notebook's. */
  inJavaScript: boolean;
};

/** Marks the cursor of a `complete`, `inspect` or `source` step. */
const CURSOR = '│';

/**
 * Steps begin with a line `// %%`, as in Jupytext's percent format; what follows on that line says what kind:
 * nothing (a cell to run), `file NAME`, `remove NAME`, `complete`, `inspect`, `source` (inspect with its source), `is-complete`.
 */
export function parseCase(name: string, text: string, inJavaScript = false): Case {
  const blocks = text.split(/^\/\/ %%(?=\s)/m);
  if (blocks[0]!.trim() !== '') throw new Error(`test/cells/${name}/in.ts has to begin with a line "// %%"`);
  const steps: Step[] = [];
  for (const block of blocks.slice(1)) {
    const head = block.slice(0, block.indexOf('\n')).trim();
    const body = block.slice(block.indexOf('\n') + 1).replace(/\n+$/, '');
    const [kind = '', file = ''] = head.split(/\s+/);
    if (head === '') steps.push({ kind: 'run', source: body });
    else if (kind === 'file') steps.push({ kind, name: file, text: `${body}\n` });
    else if (kind === 'remove') steps.push({ kind: 'file', name: file, text: undefined });
    else if (kind === 'is-complete') steps.push({ kind, source: body });
    else if (kind === 'complete' || kind === 'inspect' || kind === 'source') steps.push({ kind, ...cursorOf(body) });
    else throw new Error(`test/cells/${name}/in.ts: unknown step ${JSON.stringify(head)}`);
  }
  return { name, steps, inJavaScript };
}

function cursorOf(body: string): { source: string; cursor: number } {
  const at = body.indexOf(CURSOR);
  if (at < 0) return { source: body, cursor: body.length };
  return { source: body.slice(0, at) + body.slice(at + 1), cursor: at };
}
