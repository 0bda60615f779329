import * as tf from '@tensorflow/tfjs';

type Convolution = {
  strides: number[] | number;
  pad: 'valid' | 'same' | number;
  dilations?: number[] | number | null;
};
type Gradient = (dy: tf.Tensor, saved: tf.Tensor[], attrs: tf.NamedAttrMap) => Record<string, () => tf.Tensor>;

/** What tfjs refuses to train: dilated convolutions, transposed convolutions of volumes, and einsum. */
export function registerMissingGradients(): void {
  replace('Conv2D', (own) => dilated(own, 'Conv2DBackpropInput', 'Conv2DBackpropFilter'));
  replace('Conv3D', (own) => dilated(own, 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'));
  replace('DepthwiseConv2dNative', () => depthwise);
  tf.registerGradient({
    kernelName: 'Conv3DBackpropInputV2',
    inputsToSave: ['dy', 'filter'],
    gradFunc: transposed as tf.GradFunc,
  });
  tf.registerGradient({ kernelName: 'Einsum', saveAllInputs: true, gradFunc: einsum as tf.GradFunc });
}

function replace(kernelName: string, make: (own: Gradient) => Gradient): void {
  const own = tf.getGradient(kernelName)!;
  tf.unregisterGradient(kernelName);
  tf.registerGradient({ ...own, gradFunc: make(own.gradFunc as Gradient) as tf.GradFunc });
}

/**
 * A dilated convolution is a plain one whose filter has zeros between its elements, and its gradients are those of the plain
 * one; of the filter's, only the elements between the zeros are wanted.
 */
function dilated(own: Gradient, toInput: string, toFilter: string): Gradient {
  return (dy, saved, attributes) => {
    const { dilations, ...attrs } = attributes as unknown as Convolution;
    const [x, filter] = saved as [tf.Tensor, tf.Tensor];
    const dimensions = filter.rank - 2;
    const rates = Array.isArray(dilations) ? dilations : new Array<number>(dimensions).fill(dilations ?? 1);
    if (rates.every((rate) => rate === 1)) return own(dy, saved, attributes);
    const spread = rates.reduce(withZeros, filter);
    return {
      x: () => run(toInput, { dy, filter: spread }, { ...attrs, inputShape: x.shape }),
      filter: () => {
        const whole = run(toFilter, { x, dy }, { ...attrs, filterShape: spread.shape });
        const steps = filter.shape.map((_, axis) => rates[axis] ?? 1);
        return tf.stridedSlice(whole, new Array<number>(filter.rank).fill(0), whole.shape, steps);
      },
    };
  };
}

/** `rate` − 1 zeros between any two elements along the axis. */
function withZeros(x: tf.Tensor, rate: number, axis: number): tf.Tensor {
  const size = x.shape[axis]!;
  const apart = x.expandDims(axis + 1);
  const zeros = apart.shape.map((_, i): [number, number] => [0, i === axis + 1 ? rate - 1 : 0]);
  const padded = tf.pad(apart, zeros).reshape(x.shape.with(axis, size * rate));
  return padded.slice(new Array<number>(x.rank).fill(0), x.shape.with(axis, (size - 1) * rate + 1));
}

/** tfjs's own without its refusal: our kernels know dilations. */
function depthwise(dy: tf.Tensor, [x, filter]: tf.Tensor[], attributes: tf.NamedAttrMap): ReturnType<Gradient> {
  const attrs = { ...attributes, dilations: (attributes as unknown as Convolution).dilations ?? 1 };
  return {
    x: () => run('DepthwiseConv2dNativeBackpropInput', { dy, filter: filter! }, { ...attrs, inputShape: x!.shape }),
    filter: () => run('DepthwiseConv2dNativeBackpropFilter', { x: x!, dy }, { ...attrs, filterShape: filter!.shape }),
  };
}

function transposed(ddx: tf.Tensor, [dy, filter]: tf.Tensor[], attributes: tf.NamedAttrMap): ReturnType<Gradient> {
  const { strides, pad } = attributes as unknown as Convolution;
  return {
    dy: () => run('Conv3D', { x: ddx, filter: filter! }, { strides, pad, dataFormat: 'NDHWC', dilations: 1 }),
    filter: () => run('Conv3DBackpropFilterV2', { x: ddx, dy: dy! }, { strides, pad, filterShape: filter!.shape }),
  };
}

/** That of a factor is an einsum of the other one with the gradient of the result. */
function einsum(dy: tf.Tensor, tensors: tf.Tensor[], attributes: tf.NamedAttrMap): ReturnType<Gradient> {
  const equation = (attributes as { equation: string }).equation.replaceAll(/\s/g, '');
  const [terms, output] = equation.split('->') as [string, string];
  const labels = terms.split(',');
  const gradientOf = (x: tf.Tensor, i: number) => {
    const own = [...labels[i]!];
    const others = [output, ...labels.toSpliced(i, 1)];
    const known = own.filter((label) => others.some((term) => term.includes(label)));
    const part = tf.einsum(`${others}->${known.join('')}`, dy, ...tensors.toSpliced(i, 1));
    // Along an axis that is only summed, every element has the same gradient.
    const shape = x.shape.map((size, axis) => (known.includes(own[axis]!) ? size : 1));
    return part.reshape(shape).broadcastTo(x.shape);
  };
  return Object.fromEntries(tensors.map((x, i) => [i, () => gradientOf(x, i)]));
}

function run(name: string, inputs: Record<string, tf.Tensor>, attrs: object): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attrs as never) as tf.Tensor;
}
