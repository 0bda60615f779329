import type * as tf from '@tensorflow/tfjs';

type Pad = 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
type Arguments = { attrs: { pad: Pad; dataFormat?: string } };

export const PADDED = [
  ...['Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput', 'FusedConv2D'],
  ...['DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput'],
  ...['FusedDepthwiseConv2D', 'AvgPool', 'AvgPoolGrad', 'MaxPool', 'MaxPoolGrad'],
];

/**
 * Tells a kernel a padding of one number as the numbers of each side. Of the one tfjs computes the width of the result with the
 * height of the window, and where that is not square, WebAssembly writes past its end.
 */
export function bySides<A extends Arguments>(kernel: (args: A) => unknown): (args: A) => unknown {
  return (args) => {
    const { pad, dataFormat } = args.attrs;
    if (typeof pad !== 'number') return kernel(args);
    const sides = [
      [pad, pad],
      [pad, pad],
    ];
    const none = [0, 0];
    const all = dataFormat === 'NCHW' ? [none, none, ...sides] : [none, ...sides, none];
    return kernel({ ...args, attrs: { ...args.attrs, pad: all as tf.backend_util.ExplicitPadding } });
  };
}
