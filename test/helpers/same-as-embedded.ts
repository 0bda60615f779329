import assert from 'node:assert/strict';
import { join } from 'node:path';
import { execa } from 'execa';
import { root } from './root.ts';

type Result = { engine: string; loss: number[]; prediction: number[]; served: number[] };

/** Trains, saves and reads the course's model on the engine that `env` names and on the embedded one: the numbers agree. */
export async function sameAsEmbedded(
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<{ engine: string; stderr: string }> {
  const [own, embedded] = [await train(env, folder), await train({ ...env, TYPELAB_ENGINE: 'embedded' }, folder)];
  assert.ok(embedded.result.loss.at(-1)! < embedded.result.loss[0]!, 'it learns');
  for (const key of ['loss', 'prediction', 'served'] as const) {
    const [mine, wanted] = [own.result[key], embedded.result[key]];
    assert.equal(mine.length, wanted.length);
    mine.forEach((value, i) => {
      assert.ok(Math.abs(value - wanted[i]!) < 1e-4, `${key}[${i}] is ${value}, on the embedded engine ${wanted[i]}`);
    });
  }
  return { engine: own.result.engine, stderr: own.stderr };
}

async function train(env: NodeJS.ProcessEnv, folder: string): Promise<{ result: Result; stderr: string }> {
  const program = join(root, 'test/helpers/short-training.ts');
  const models = join(folder, `models-${env.TYPELAB_ENGINE}`);
  const { stdout, stderr } = await execa(process.execPath, [program, models], { env });
  return { result: JSON.parse(stdout) as Result, stderr };
}
