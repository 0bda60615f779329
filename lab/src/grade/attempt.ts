import type { RunningKernel } from '../../../kernel/wire/start.ts';
import { isName } from '../run/is-name.ts';
import { type Output, textOf } from '../run/notebook.ts';
import { type CellToRun, isAutograded, withoutHiddenTests } from './assignment.ts';
import { ENDED } from './by-value/values.ts';
import { declaredBy } from './declared.ts';
import { type End, type ExecuteLimits, execute, lost } from './execute.ts';
import type { Space } from './space.ts';
import { type Most, type Watch, watchProcesses } from './watch.ts';

export type AttemptOptions = ExecuteLimits & {
  makeSpace: () => Promise<Space>;
  startStudent: (space: Space) => Promise<RunningKernel>;
  startTests: (space: Space) => Promise<RunningKernel>;
  most: Most;
  /** Whether tensors are handed over between the two. */
  tensors: boolean;
  /** A test has ended. */
  onTest: (cell: CellToRun, end: End) => void;
};

type Kernels = { student: RunningKernel; tests: RunningKernel; watch: Watch; space: Space };

type Stream = Extract<Output, { output_type: 'stream' }>;

const imported = (name: string) => `(await import(${JSON.stringify(new URL(name, import.meta.url).href)}))`;
const ANSWER = imported('./by-value/answer.ts');
const STAND_IN = imported('./by-value/stand-in.ts');

/**
 * Runs a submission's cells: the student's in one kernel, the teacher's locked ones in another, where the student's names
 * are stand-ins. So a student's code meets neither the tests nor what decides about them. (Locked cells that are no tests
 * run in both: they are what both build on.) A cell that takes a kernel with it is left out when the others run again.
 */
export class Attempt {
  #cells: CellToRun[];
  #options: AttemptOptions;
  #kernels: Kernels | undefined;
  #lost = new Set<CellToRun>();
  /** Names that the tests' kernel has from the teacher's cells, and those that it has from the student's. */
  #owned = new Set<string>();
  #stoodIn = new Set<string>();

  constructor(cells: CellToRun[], options: AttemptOptions) {
    this.#cells = cells.filter(({ cell }) => cell.cell_type === 'code' && textOf(cell.source).trim());
    this.#options = options;
  }

  async run(): Promise<void> {
    try {
      for (const [i, one] of this.#cells.entries()) {
        await this.#ready(i);
        const end = await this.#cell(one, one.cell.outputs!);
        if (isTest(one)) this.#options.onTest(one, end);
      }
    } finally {
      await this.#stop();
    }
  }

  /** Kernels in which the cells before `upTo` have run. */
  async #ready(upTo: number): Promise<void> {
    while (!this.#kernels) {
      await this.#startBoth();
      for (const one of this.#cells.slice(0, upTo)) {
        if (!this.#lost.has(one)) await this.#cell(one, []);
        if (!this.#kernels) break;
      }
    }
  }

  /** Once more where it fails: no code of the student has run yet, and a machine short of something for a moment must not cost points. */
  async #startBoth(): Promise<void> {
    try {
      await this.#start();
    } catch {
      await this.#stop();
      await this.#start();
    }
  }

  async #start(): Promise<void> {
    const { makeSpace, startStudent, startTests, tensors, most } = this.#options;
    // What a lost cell has written is gone with it.
    const space = await makeSpace();
    const [first, second] = await Promise.allSettled([startStudent(space), startTests(space)]);
    if (first.status === 'rejected' || second.status === 'rejected') {
      for (const one of [first, second]) if (one.status === 'fulfilled') await one.value.kill();
      await space.close();
      throw (first as PromiseRejectedResult).reason ?? (second as PromiseRejectedResult).reason;
    }
    const [student, tests] = [first.value, second.value];
    const watch = watchProcesses(student.process.pid!, most, () => void student.kill());
    this.#kernels = { student, tests, watch, space };
    for (const kernel of [student, tests]) await this.#own(kernel, '%typecheck off');
    const [port] = await this.#list(student, `[await ${ANSWER}.serve()]`);
    await this.#own(student, '%typecheck on');
    await this.#own(tests, `await ${STAND_IN}.connect(${Number(port)}, ${tensors})`);
  }

  async #cell(one: CellToRun, into: Output[]): Promise<End> {
    const { student, tests, watch, space } = this.#kernels!;
    const source = textOf(one.cell.source);
    const test = isTest(one);
    // Before the cell itself runs: what it declares is the teacher's from then on, also where the student has such a name.
    let end = one.graded?.locked ? await this.#standIn(source, into) : undefined;
    if (!end && !test) {
      end = await execute(student, one.graded?.locked ? withoutHiddenTests(source) : source, this.#options, into);
      await watch.settle();
    }
    if (one.graded?.locked && end?.status !== 'lost' && !watch.exceeded) {
      const taught = await execute(tests, source, this.#options, test ? into : []);
      if (test || taught.status === 'lost') end = taught;
    }
    const exceeded = watch.exceeded ?? space.full();
    if (exceeded) end = lost(exceeded, into);
    if (end!.status === 'lost' || end!.text.includes(ENDED)) {
      this.#lost.add(one);
      await this.#stop();
    }
    return end!;
  }

  /** Declares stand-ins in the tests' kernel for the student's names in a cell. @returns the end of it all, when there is nobody to ask */
  async #standIn(source: string, into: Output[]): Promise<End | undefined> {
    const { student, tests } = this.#kernels!;
    for (const name of declaredBy(source)) this.#owned.add(name);
    const words = [...new Set(source.match(/[\p{ID_Start}_$][\p{ID_Continue}$]*/gu))].filter(
      (one) => isName(one) && !this.#owned.has(one),
    );
    const kinds = words.map((one) => `${one}: typeof ${one}`);
    const unknown = `Object.entries({ ${kinds.join(', ')} }).filter(([, kind]) => kind === 'undefined').map(([name]) => name)`;
    const names = [...(await this.#list(tests, unknown)), ...words.filter((one) => this.#stoodIn.has(one))];
    if (names.length === 0) return undefined;
    const thunks = names.map((one) => `${one}: () => typeof ${one} === 'undefined' ? undefined : ${one}`);
    for (const code of ['%typecheck off', `${ANSWER}.publish({ ${thunks.join(', ')} })`, '%typecheck on']) {
      const { status, text } = await execute(student, code, this.#options, []);
      if (status === 'lost') return lost(`the submission does not answer: asked for its names, it ${text}`, into);
    }
    for (const name of await this.#list(tests, `${STAND_IN}.declared(${JSON.stringify(names)})`)) {
      this.#stoodIn.add(name);
      const stood = await execute(tests, `var ${name} = ${STAND_IN}.take('${name}')`, this.#options, []);
      if (stood.status === 'lost') return stood;
    }
    return undefined;
  }

  async #list(kernel: RunningKernel, code: string): Promise<string[]> {
    const { output_type, text } = (await this.#own(kernel, `console.log(JSON.stringify(${code}))`))[0] as Stream;
    return output_type === 'stream' ? JSON.parse(textOf(text)) : [];
  }

  /** The grader's own code. */
  async #own(kernel: RunningKernel, code: string): Promise<Output[]> {
    const outputs: Output[] = [];
    const end = await execute(kernel, code, this.#options, outputs);
    if (end.status !== 'ok') throw new Error(`the grader could not prepare its kernels: ${end.text}`);
    return outputs;
  }

  async #stop(): Promise<void> {
    const kernels = this.#kernels;
    this.#kernels = undefined;
    this.#owned.clear();
    this.#stoodIn.clear();
    kernels?.watch.end();
    await Promise.all([kernels?.student.kill(), kernels?.tests.kill()]);
    await kernels?.space.close();
  }
}

function isTest({ cell, graded }: CellToRun): boolean {
  return graded !== undefined && isAutograded(cell);
}
