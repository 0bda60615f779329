import { size } from './plan.ts';

/** How far a download is: a line that is overwritten on a terminal, a line per tenth in a log file. */
export function showBytes(what: string, total: number, out: NodeJS.WriteStream = process.stderr) {
  let tenths = 0;
  let last = 0;
  return {
    progress(bytes: number): void {
      const share = total > 0 ? bytes / total : 0;
      const now = performance.now();
      if (out.isTTY && (now - last > 100 || share >= 1)) {
        last = now;
        out.write(`\r${what}: ${size(bytes)} of ${size(total)} (${Math.floor(share * 100)} %)`);
      } else if (!out.isTTY && Math.floor(share * 10) > tenths) {
        tenths = Math.floor(share * 10);
        out.write(`${what}: ${tenths * 10} % of ${size(total)}\n`);
      }
    },
    close(): void {
      if (out.isTTY && last > 0) out.write('\n');
    },
  };
}
