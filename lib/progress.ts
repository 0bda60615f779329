import { randomUUID } from 'node:crypto';
import type { Logs } from './history.ts';
import { type MimeBundle, notebookOutput } from './output.ts';

export type Progress = {
  startEpoch(epoch: number): void;
  /** `done` steps of the epoch are done; `soFar` is their mean. Shown at most ten times a second. */
  step(done: number, soFar: Logs): void;
  endEpoch(logs: Logs): void;
  /** Also after an error: leaves the last state, with a line break on a terminal. */
  close(): void;
};

type Options = {
  epochs: number;
  /** Of one epoch. */
  steps: number;
  show: boolean;
  now?: () => number;
  terminal?: { isTTY?: boolean; write(text: string): unknown };
};

/** Keras's progress lines: one display that is updated in the notebook, a line that is overwritten on a terminal, and in a log file a line per epoch. */
export function startProgress(options: Options): Progress {
  const { epochs, steps, show, now = () => performance.now(), terminal = process.stdout } = options;
  if (!show) return { startEpoch() {}, step() {}, endEpoch() {}, close() {} };
  const write = notebook() ?? onTerminal(terminal);
  const lines: string[] = [];
  let [begun, shown] = [0, Number.NEGATIVE_INFINITY];
  let running = false;
  return {
    startEpoch(epoch) {
      begun = now();
      running = true;
      lines.push(`Epoch ${epoch + 1}/${epochs}`, '');
      write.header(lines);
    },
    step(done, soFar) {
      const time = now();
      if (time - shown < 100) return;
      shown = time;
      lines[lines.length - 1] = progressLine(done, steps, time - begun, soFar);
      write.line(lines, false);
    },
    endEpoch(logs) {
      running = false;
      lines[lines.length - 1] = progressLine(steps, steps, now() - begun, logs);
      write.line(lines, true);
    },
    close() {
      if (running) write.line(lines, true);
    },
  };
}

/** `1875/1875 ━━━━━━━━━━━━━━━━━━━━ 3s 2ms/step - accuracy: 0.9412 - loss: 0.2017` */
function progressLine(done: number, steps: number, elapsed: number, logs: Logs): string {
  const width = 20;
  const filled = Math.floor((done / steps) * width);
  const bar = '━'.repeat(filled) + '─'.repeat(width - filled);
  const perStep = elapsed / done;
  const left = perStep * (steps - done);
  const time = done === steps ? `${seconds(elapsed)} ${duration(perStep)}/step` : `${seconds(left)} left`;
  const { loss, accuracy, ...validation } = logs;
  const values = Object.entries({ accuracy, loss, ...validation }).map(
    ([name, value]) => `${name}: ${value!.toFixed(4)}`,
  );
  return `${String(done).padStart(String(steps).length)}/${steps} ${bar} ${time} - ${values.join(' - ')}`;
}

function seconds(milliseconds: number): string {
  return milliseconds < 9_950 ? `${(milliseconds / 1000).toFixed(1)}s` : `${Math.round(milliseconds / 1000)}s`;
}

function duration(milliseconds: number): string {
  return milliseconds < 1 ? `${Math.round(milliseconds * 1000)}us` : `${Math.round(milliseconds)}ms`;
}

type Writer = { header(lines: string[]): void; line(lines: string[], final: boolean): void };

function notebook(): Writer | undefined {
  const show = notebookOutput();
  if (!show) return undefined;
  const id = `typelab-progress-${randomUUID()}`;
  let update = false;
  const write = (lines: string[]) => {
    show(bundle(lines), { id, update });
    update = true;
  };
  return { header: write, line: write };
}

function bundle(lines: string[]): MimeBundle {
  const text = lines.join('\n').trimEnd();
  const style = 'margin:0;padding:0;background:none;color:inherit;line-height:1.35;white-space:pre-wrap';
  return { 'text/plain': text, 'text/html': `<pre style="${style}">${text}</pre>` };
}

function onTerminal(terminal: NonNullable<Options['terminal']>): Writer {
  let last = 0;
  return {
    header: (lines) => terminal.write(`${lines.at(-2)}\n`),
    line(lines, final) {
      // A log file gets the final line only: it cannot overwrite.
      if (!terminal.isTTY && !final) return;
      const line = lines.at(-1)!;
      const start = terminal.isTTY ? '\r' : '';
      terminal.write(`${start}${line.padEnd(last)}${final ? '\n' : ''}`);
      last = final ? 0 : line.length;
    },
  };
}
