import * as tf from '@tensorflow/tfjs';

/** The fields of tfjs's layer that its call uses. */
type Depthwise = {
  kernelSize: [number, number];
  strides: [number, number];
  padding: 'valid' | 'same';
  dilationRate: [number, number];
  dataFormat: 'channelsFirst' | 'channelsLast';
  depthwiseKernel: tf.LayerVariable;
  bias: tf.LayerVariable | null;
  activation: { apply(x: tf.Tensor): tf.Tensor } | null;
};
type Prototype = {
  call(this: Depthwise, inputs: tf.Tensor | tf.Tensor[], kwargs: unknown): tf.Tensor;
  computeOutputShape(this: Depthwise, shape: tf.Shape): tf.Shape;
};

/** tfjs's `depthwiseConv2d` layer takes a `dilationRate` and forgets it: other numbers, and another shape, than in Keras. */
export function rememberDilation(): void {
  const prototype = tf.layers.depthwiseConv2d({ kernelSize: 1 }).constructor.prototype as Prototype;
  const { call, computeOutputShape } = prototype;
  prototype.call = function (inputs, kwargs) {
    if (this.dilationRate.every((rate) => rate === 1)) return call.call(this, inputs, kwargs);
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const turned = this.dataFormat === 'channelsFirst';
      const images = turned ? tf.transpose(x, [0, 2, 3, 1]) : x;
      const kernel = this.depthwiseKernel.read() as tf.Tensor4D;
      const y = tf.depthwiseConv2d(images, kernel, this.strides, this.padding, 'NHWC', this.dilationRate);
      const biased = this.bias ? y.add(this.bias.read()) : y;
      const out = turned ? tf.transpose(biased, [0, 3, 1, 2]) : biased;
      return this.activation?.apply(out) ?? out;
    });
  };
  prototype.computeOutputShape = function (shape) {
    const kernelSize = this.kernelSize.map((size, i) => (size - 1) * this.dilationRate[i]! + 1);
    return computeOutputShape.call(Object.create(this, { kernelSize: { value: kernelSize } }), shape);
  };
}
