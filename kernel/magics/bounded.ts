/** Characters kept of what a command prints when it is captured. */
export const limit = 64 << 20;

/** Characters of a command's output that a cell shows: a front end keeps all of it, and so does the notebook's file. */
const shown = 16 << 20;
/** What is shown of the end, where the middle was left out. */
const tail = 4000;

/** Live output that cannot bury the front end: its beginning, as it comes, and its end. */
export function boundedLive(
  write: (name: 'stdout' | 'stderr', text: string) => void,
  most = shown,
): { add(name: 'stdout' | 'stderr', text: string): void; end(): void } {
  let room = most;
  let dropped = 0;
  let last = '';
  return {
    add: (name, text) => {
      const now = text.slice(0, room);
      room -= now.length;
      if (now) write(name, now);
      if (now.length === text.length) return;
      if (dropped === 0)
        write('stderr', '\n… there is more than can be shown; > FILE keeps it all, and the end follows …\n');
      const rest = text.slice(now.length);
      dropped += rest.length;
      last = (last + rest.slice(-tail)).slice(-tail);
    },
    end: () => {
      if (dropped === 0) return;
      const left = dropped - last.length;
      write('stderr', `… ${left.toLocaleString('en')} characters were left out …\n`);
      write('stdout', last);
    },
  };
}

/** A list of a gigabyte would end the kernel; what is left out is told. */
export function bounded(most = limit): { add(text: string): void; text(): string } {
  let kept = '';
  let dropped = 0;
  return {
    add: (text) => {
      const room = Math.max(0, most - kept.length);
      kept += text.slice(0, room);
      dropped += Math.max(0, text.length - room);
    },
    text: () => (dropped === 0 ? kept : `${kept}\n… ${dropped} more characters were left out`),
  };
}
