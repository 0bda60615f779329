import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ownKernelspec } from '../../../kernel/kernelspec.ts';
import { startKernel } from '../../../kernel/wire/start.ts';
import { gradedOf } from '../../../lab/src/grade/assignment.ts';
import { Attempt, type AttemptOptions } from '../../../lab/src/grade/attempt.ts';
import { cell } from './cells.ts';

const cells = [
  cell('double', 'function double(n: number): number { return 2 * n; }', 'solution'),
  cell('test', 'if (double(2) !== 4) throw new Error("no")', 'test', 1),
].map((one) => ({ cell: one, graded: gradedOf(one)! }));

/** The student's kernel fails to start so many times. */
async function ends(failures: number): Promise<{ ends: string[]; spaces: number; open: number }> {
  const told: string[] = [];
  let [spaces, open, left] = [0, 0, failures];
  const start = (cwd: string) => startKernel(ownKernelspec(), { cwd, env: { ...process.env, TYPELAB_HISTORY: 'off' } });
  const options: AttemptOptions = {
    cellTimeout: 60,
    output: 1,
    tensors: false,
    most: { threads: 512, resident: 4096 },
    onTest: (_, { status }) => told.push(status),
    async makeSpace() {
      const folder = mkdtempSync(join(tmpdir(), 'typelab-attempt-'));
      spaces += 1;
      open += 1;
      return {
        ...{ student: folder, tests: folder, enter: [], full: () => undefined },
        close: async () => {
          open -= 1;
          rmSync(folder, { recursive: true });
        },
      };
    },
    startStudent: async ({ student }) => {
      if (left-- > 0) throw new Error('the machine has no process to give');
      return start(student);
    },
    startTests: ({ tests }) => start(tests),
  };
  await new Attempt(cells, options).run().catch((error) => told.push(error.message));
  return { ends: told, spaces, open };
}

describe('the kernels of a submission', () => {
  test('are started once more where the machine failed', async () => {
    assert.deepEqual(await ends(1), { ends: ['ok'], spaces: 2, open: 0 });
  });

  test('are given up after that, and nothing is left of them', async () => {
    assert.deepEqual(await ends(2), { ends: ['the machine has no process to give'], spaces: 2, open: 0 });
  });
});
