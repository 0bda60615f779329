import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** Starts the engine in a process of its own, runs one op and says what computed it. An empty name lets typelab choose. */
export async function tryEngine(
  name: string,
): Promise<{ engine: string; version: string; why: string; device: string }> {
  const door = new URL('../../../lib/engine/index.ts', import.meta.url).href;
  const code = `
    const { engine, tf } = await import(${JSON.stringify(door)});
    const sum = (await tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).data()).join();
    if (sum !== '3,3,3,3') throw new Error('2 × 3 ones times 3 × 2 ones is ' + sum + ', not 3,3,3,3');
    const { name, version, why } = engine();
    const noGpu = name === 'tfjs-node-gpu' ? 'the CPU, because it finds no GPU' : 'the CPU';
    const gpu = tf.backend().isUsingGpuDevice ? 'the GPU' : noGpu;
    const device = name === 'webgpu' ? why.replace(/.*computes on /, '') : gpu;
    console.log('\\n' + JSON.stringify({ engine: name, version, why, device }));
    process.exit();`;
  const { exitCode, stdout, stderr } = await execa(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: { TYPELAB_ENGINE: name },
    reject: false,
  });
  if (exitCode !== 0) {
    const message = /^\w*Error: (.*)$/m.exec(stderr)?.[1] ?? stderr.trim().split('\n').at(-1);
    throw new Error(`The engine ${name || 'that typelab chooses'} does not run: ${message}`);
  }
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}
