import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testKernel } from '../../../../helpers/kernel.ts';

test('an interrupt ends a training on two threads, and the next one gives what it would have given before', async () => {
  await using kernel = await testKernel();
  const result = async (code: string) => {
    const { reply, stdout } = await kernel.run(code, { timeout: 120_000 });
    assert.equal(reply.status, 'ok', JSON.stringify(reply));
    return stdout.trim();
  };
  await result(`
    import { digitsModel, tf, train } from 'typelab';
    const images = tf.randomUniform<tf.Rank.R4>([3000, 28, 28, 1], 0, 1, 'float32', 1);
    const data = { images, labels: tf.zeros<tf.Rank.R1>([3000], 'int32') };
    const once = async () => (await train(digitsModel({ seed: 3 }), data, { epochs: 2, progress: false })).history.loss;
  `);
  const before = await result('console.log(await once())');
  assert.match(before, /^\[ [\d.e-]+, [\d.e-]+ \]$/);
  for (let i = 0; i < 3; i++) {
    const code = "console.log('begun'); await train(digitsModel(), data, { epochs: 1e6, progress: false });";
    const exchange = kernel.client.execute(code, { timeout: 60_000 });
    for await (const { header } of exchange.iopub) if (header.msg_type === 'stream') break;
    // The other thread starts after a tenth of a second.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await kernel.interrupt();
    const { ename } = (await exchange.reply).content as { ename?: string };
    assert.equal(ename, 'KeyboardInterrupt');
    assert.equal(await result('console.log(await once())'), before);
  }
});
