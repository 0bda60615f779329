/** Characters kept of what a command prints when it is captured. */
export const limit = 64 << 20;

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
