import { clearTimeout, setTimeout } from 'node:timers';
import type { CellEvent } from './run.ts';

export type Output = {
  write(id: string, name: 'stdout' | 'stderr', text: string): void;
  emit(id: string, event: CellEvent): void;
  /** Posts what is waiting; called before a cell's outcome. */
  flush(): void;
};

/** A message a line drowns the front end (100,000 lines, 100,000 messages), so text waits this long for more … */
const wait = 10;
/** … or until it has this many characters, whichever is first. */
const enough = 1 << 16;

/** Output in the order it was made, as few messages as the eye allows. A loop that never yields is posted from its own writes. */
export function createOutput(
  post: (id: string, event: CellEvent) => void,
  now: () => number = () => performance.now(),
): Output {
  let id = '';
  let name: 'stdout' | 'stderr' = 'stdout';
  let text = '';
  let posted = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    if (timer) clearTimeout(timer);
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
      id = toId;
      name = toName;
      text += more;
      if (text.length >= enough || now() - posted >= wait) flush();
      else timer ??= setTimeout(flush, wait);
    },
    emit(toId, event) {
      flush();
      post(toId, event);
    },
    flush,
  };
}
