import { clearTimeout, setTimeout } from 'node:timers';
import type { CellEvent } from './run.ts';

export type Output = {
  write(id: string, name: 'stdout' | 'stderr', text: string): void;
  emit(id: string, event: CellEvent): void;
  /** Posts what is waiting; called before a cell's outcome. */
  flush(): void;
  /** Its first number is 1 while text is waiting; another thread may look. */
  held: Int32Array;
};

/** A message a line drowns the front end (100,000 lines, 100,000 messages), so text waits this long for more … */
const wait = 10;
/** … or until it has this many characters, whichever is first. */
const enough = 1 << 16;
/** So many pieces are posted at once before, so that what native code writes after them comes after them. */
const few = 20;

/**
 * Output in the order it was made, as few messages as the eye allows. A loop that never yields is posted from its own writes,
 * and where it writes no more, by the other thread (session/held-output.ts).
 */
export function createOutput(
  post: (id: string, event: CellEvent) => void,
  now: () => number = () => performance.now(),
): Output {
  let id = '';
  let name: 'stdout' | 'stderr' = 'stdout';
  let text = '';
  let posted = 0;
  /** Pieces since it last was quiet, or had waited long enough. */
  let pieces = 0;
  let timer: NodeJS.Timeout | undefined;
  const held = new Int32Array(new SharedArrayBuffer(4));

  function flush(): void {
    if (timer) {
      clearTimeout(timer);
      Atomics.store(held, 0, 0);
    }
    timer = undefined;
    posted = now();
    if (text === '') return;
    const event: CellEvent = { kind: 'stream', name, text };
    text = '';
    post(id, event);
  }

  return {
    write(toId, toName, more) {
      if (more === '') return;
      if (text !== '' && (toId !== id || toName !== name)) flush();
      // A cell's first words at once: a loop that never yields may follow them, and no timer would ever post them.
      if (toId !== id) posted = Number.NEGATIVE_INFINITY;
      id = toId;
      name = toName;
      text += more;
      const waited = now() - posted >= wait;
      pieces = waited ? 1 : pieces + 1;
      if (waited || pieces <= few || text.length >= enough) flush();
      else if (!timer) {
        timer = setTimeout(flush, wait);
        Atomics.store(held, 0, 1);
      }
    },
    emit(toId, event) {
      flush();
      post(toId, event);
    },
    flush,
    held,
  };
}
