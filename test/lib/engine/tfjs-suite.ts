import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { root } from '../../helpers/root.ts';

const require = createRequire(import.meta.url);
const ours = join(root, 'lib/engine/embedded/');

/** Runs in a process of its own: jasmine's globals first, then the engine, then the tests, which look at both when they are read. */
const program = `
  import jasmineCore from 'jasmine-core';
  import * as tf from '@tensorflow/tfjs';
  import '@tensorflow/tfjs-backend-wasm';
  import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';
  import { fuseAdam } from '${ours}fused-adam.ts';
  import { fuseCrossEntropy } from '${ours}fused-cross-entropy.ts';
  import { fuseDescent } from '${ours}fused-descent.ts';
  import { registerKernels } from '${ours}kernels.ts';
  import { registerMissingGradients } from '${ours}missing-gradients.ts';
  import { mendBackend } from '${ours}backend.ts';

  jasmineCore.installGlobals();
  const env = jasmine.getEnv();
  env.configure({ random: false, forbidDuplicateNames: false });
  await tf.setBackend('wasm');
  for (const start of [registerKernels, mendBackend, registerMissingGradients, fuseAdam, fuseDescent, fuseCrossEntropy]) start();
  setTestEnvs([{ name: 'embedded', backendName: 'wasm', isDataSync: true }]);
  await import('@tensorflow/tfjs-core/dist/tests');
  const found = { passed: 0, failed: {} };
  env.clearReporters();
  env.addReporter({
    specDone({ status, fullName, failedExpectations }) {
      if (status === 'passed') found.passed++;
      if (status === 'failed') found.failed[fullName] = failedExpectations[0]?.message;
    },
  });
  const { overallStatus } = await env.execute();
  console.log(JSON.stringify({ ...found, overallStatus }));
  process.exit();
`;

/**
 * Writes one program of tfjs-core's own tests, which its package carries, and the embedded engine. As one, because the tests reach
 * into the modules that the package's main file has inside: only so both mean the same tfjs.
 */
export async function bundleTfjsSuite(outfile: string): Promise<void> {
  await build({
    stdin: { contents: program, resolveDir: root },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    // tfjs says of its modules that they do nothing when they are read; tests do.
    ignoreAnnotations: true,
    external: ['node-fetch'],
    banner: {
      js: `import { createRequire } from 'node:module';
        const require = createRequire(${JSON.stringify(pathToFileURL(join(root, 'package.json')))});
        const __filename = ${JSON.stringify(outfile)}, __dirname = ${JSON.stringify(root)};`,
    },
    plugins: [beside],
    logLevel: 'error',
  });
}

/** Files that are read beside a module are where they were; jasmine-core stays one for all. */
const beside: Plugin = {
  name: 'beside',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^jasmine-core$/ }, () => ({ path: require.resolve('jasmine-core'), external: true }));
    // tfjs takes a jasmine of its own, of an old version, to set its time limit.
    onResolve({ filter: /^jasmine-core\/./ }, () => ({ path: 'old', namespace: 'jasmine' }));
    onLoad({ filter: /./, namespace: 'jasmine' }, () => ({ contents: 'exports.core = () => ({});' }));
    onLoad({ filter: /(lib\/engine\/.*\.ts|wasm-out\/.*\.js)$/ }, ({ path }) => {
      const url = JSON.stringify(pathToFileURL(path));
      const folder = JSON.stringify(join(path, '..'));
      const contents = readFileSync(path, 'utf8')
        .replaceAll('import.meta.url', url)
        .replaceAll('__dirname', folder)
        .replaceAll('__filename', JSON.stringify(path));
      return { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
};
