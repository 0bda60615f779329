import { execFileSync } from 'node:child_process';
import { pinned } from './pinned.ts';

/** Images per second of the loaded model without a server, in a process of its own on the servers' core. */
export function engineRate(model: string, batch: number): number {
  const script = `
    import { openSavedModel } from ${JSON.stringify(new URL('../../../lib/saved-model/open.ts', import.meta.url).href)};
    const model = openSavedModel(${JSON.stringify(`${model}/1`)});
    const [name] = Object.keys(model.signatures.serving_default.inputs);
    const data = Float32Array.from({ length: ${batch} * 784 }, (_, i) => (i % 255) / 255);
    const run = () => model.run('serving_default', { [name]: { dtype: 'float32', shape: [${batch}, 28, 28, 1], data } });
    for (let i = 0; i < 50; i++) run();
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < 1500) { run(); count++; }
    console.log((count * ${batch} * 1000) / (performance.now() - start));
  `;
  const [program, ...args] = pinned(0, [process.execPath, '--input-type=module', '-e', script]);
  return Number(execFileSync(program as string, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}
