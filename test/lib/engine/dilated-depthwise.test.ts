import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../lib/engine/index.ts';
import { assertClose } from './embedded/oracle.ts';

test('a depthwise layer has the dilation that it was given, in numbers and in shape, in either format', () => {
  const x = tf.randomNormal([2, 9, 8, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
  for (const padding of ['valid', 'same'] as const) {
    const options = { kernelSize: 3, dilationRate: [2, 3] as [number, number], padding, activation: 'relu' as const };
    const layer = tf.layers.depthwiseConv2d({ ...options, biasInitializer: 'ones' });
    const y = layer.apply(x) as tf.Tensor;
    const [kernel, bias] = layer.getWeights() as [tf.Tensor4D, tf.Tensor1D];
    const wanted = tf.depthwiseConv2d(x, kernel, 1, padding, 'NHWC', [2, 3]).add(bias).relu();
    assert.deepEqual(layer.computeOutputShape(x.shape), wanted.shape);
    assertClose(y.dataSync(), wanted.dataSync(), 1e-6, padding);
    const first = tf.layers.depthwiseConv2d({ ...options, dataFormat: 'channelsFirst' });
    first.apply(x.transpose([0, 3, 1, 2]));
    first.setWeights([kernel, bias]);
    const turned = (first.apply(x.transpose([0, 3, 1, 2])) as tf.Tensor).transpose([0, 2, 3, 1]);
    assertClose(turned.dataSync(), wanted.dataSync(), 1e-6, `${padding}, channels first`);
  }
});

test('without dilation it is tfjs’s own', () => {
  const layer = tf.layers.depthwiseConv2d({ kernelSize: 2, strides: 2, inputShape: [5, 5, 1] });
  assert.deepEqual(layer.computeOutputShape([null, 5, 5, 1]), [null, 2, 2, 1]);
  assert.deepEqual((layer.apply(tf.ones([1, 5, 5, 1])) as tf.Tensor).shape, [1, 2, 2, 1]);
});
