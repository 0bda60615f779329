import { engine } from './engine/index.ts';
import { notebookOutput } from './output.ts';

/** Tells once, at import, which engine computes and why: below the cell, or on a terminal. A program's output stays its own. */
export function announceEngine(): void {
  const { name, version, why } = engine();
  const line = `Engine: ${name} (${version}): ${why}.`;
  const show = notebookOutput();
  if (show) show({ 'text/plain': line }, {});
  else if (process.stderr.isTTY) process.stderr.write(`${line}\n`);
}
