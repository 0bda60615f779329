import { intsAttr, textAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { needKernel, onHost } from '../device.ts';
import type { FlatNode } from '../graph.ts';
import type { Kernel, OpRow } from './op.ts';
import { refuse, row, shapeText } from './op.ts';

/** Convolution and pooling of volumes (depth, height, width). */
export const VOLUME: Record<string, OpRow> = {
  Conv3D: row((node) => conv3d(node)),
  Conv3DBackpropInputV2: row((node) => conv3dTranspose(node)),
  MaxPool3D: row((node) => pool3d(node, 'MaxPool3D')),
  AvgPool3D: row((node) => pool3d(node, 'AvgPool3D')),
};

function conv3d(node: FlatNode): Kernel {
  const call = needKernel('Conv3D');
  const attrs = { strides: sizes(node, 'strides'), dilations: sizes(node, 'dilations'), pad: padding(node) };
  return ([x, filter]) => {
    const [input, weights] = [x as Value, filter as Value];
    if (input.shape.length !== 5) throw refuse(node, `input must be 5-dimensional${shapeText(input.shape)}`);
    if (input.shape[4] !== weights.shape[3])
      throw refuse(
        node,
        `input depth must be evenly divisible by filter depth: ${input.shape[4]} vs ${weights.shape[3]}`,
      );
    return call({ x: input, filter: weights }, attrs);
  };
}

function conv3dTranspose(node: FlatNode): Kernel {
  const call = needKernel('Conv3DBackpropInputV2');
  const attrs = { strides: sizes(node, 'strides'), pad: padding(node) };
  return ([wanted, filter, dy]) => {
    const grad = dy as Value;
    if (grad.shape.length !== 5) throw refuse(node, `out_backprop must be 5-dimensional: ${shapeText(grad.shape)}`);
    return call({ dy: grad, filter }, { ...attrs, inputShape: Array.from(onHost(wanted as Value) as Int32Array) });
  };
}

function pool3d(node: FlatNode, name: string): Kernel {
  const call = needKernel(name);
  const attrs = {
    filterSize: sizes(node, 'ksize'),
    strides: sizes(node, 'strides'),
    pad: padding(node),
    dataFormat: 'NDHWC',
  };
  return ([x]) => {
    if ((x as Value).shape.length !== 5)
      throw refuse(node, `tensor_in must be 5-dimensional: ${shapeText((x as Value).shape)}`);
    return call({ x }, attrs);
  };
}

function sizes(node: FlatNode, name: string): number[] {
  if (textAttr(node, 'data_format', 'NDHWC') !== 'NDHWC')
    throw refuse(node, `${node.op} only supports the NDHWC tensor format`);
  return intsAttr(node, name, [1, 1, 1, 1, 1]).slice(1, 4);
}

function padding(node: FlatNode): string {
  return textAttr(node, 'padding', 'VALID').toLowerCase();
}
