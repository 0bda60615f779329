import * as tf from '@tensorflow/tfjs';
import { batchMatMul } from './batch-mat-mul.ts';
import { batchNormTraining, batchNormTrainingGradient, fusedBatchNorm } from './batch-norm.ts';
import { cast } from './cast.ts';
import { clip, relu6 } from './clip.ts';
import { conv2D } from './conv2d.ts';
import { conv2DBackpropFilter } from './conv2d-backprop-filter.ts';
import { conv2DBackpropInput } from './conv2d-backprop-input.ts';
import { conv3D } from './conv3d.ts';
import { conv3DBackpropFilter } from './conv3d-backprop-filter.ts';
import { conv3DBackpropInput } from './conv3d-backprop-input.ts';
import { depthwiseBackpropFilter, depthwiseBackpropInput, depthwiseConv2D } from './depthwise-conv2d.ts';
import { guarded } from './dtypes.ts';
import { einsum } from './einsum.ts';
import { fusedDense, fusedMatMul } from './fused-mat-mul.ts';
import { gatherV2 } from './gather-v2.ts';
import { identity } from './identity.ts';
import { bySides, PADDED } from './padding.ts';
import { IN_PART, LACKING, plain } from './plain.ts';
import { averagePoolGradient, maxPool3D, maxPoolGradient } from './pool.ts';
import { reduceNothing } from './reduce-nothing.ts';
import { slice } from './slice.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

/** Each gets tfjs WASM's own kernel of that name, where there is one, for what it leaves to it. */
const kernels = {
  AvgPool3DGrad: () => averagePoolGradient,
  AvgPoolGrad: () => averagePoolGradient,
  BatchMatMul: () => batchMatMul,
  BatchNormTraining: () => batchNormTraining,
  BatchNormTrainingGradient: () => batchNormTrainingGradient,
  Cast: cast,
  ClipByValue: () => clip,
  Conv2D: conv2D,
  Conv2DBackpropFilter: () => conv2DBackpropFilter,
  Conv2DBackpropInput: () => conv2DBackpropInput,
  Conv3D: conv3D,
  Conv3DBackpropFilterV2: () => conv3DBackpropFilter,
  Conv3DBackpropInputV2: () => conv3DBackpropInput,
  DepthwiseConv2dNative: depthwiseConv2D,
  DepthwiseConv2dNativeBackpropFilter: () => depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: () => depthwiseBackpropInput,
  Einsum: () => einsum,
  FusedBatchNorm: fusedBatchNorm,
  FusedConv2D: conv2D,
  FusedDepthwiseConv2D: depthwiseConv2D,
  FusedDense: () => fusedDense,
  GatherV2: () => gatherV2,
  Identity: () => identity,
  Max: reduceNothing('Max'),
  MaxPool3D: () => maxPool3D,
  MaxPool3DGrad: () => maxPoolGradient,
  MaxPoolGrad: () => maxPoolGradient,
  Min: reduceNothing('Min'),
  Prod: reduceNothing('Prod'),
  Relu6: relu6,
  Slice: slice,
  UnsortedSegmentSum: () => unsortedSegmentSum,
  _FusedMatMul: fusedMatMul,
};

/** Adds our kernels to tfjs WASM; where it has one of the same name, ours replaces it. */
export function registerKernels(): void {
  for (const [kernelName, make] of Object.entries(kernels)) replace(kernelName, make);
  for (const name of LACKING) replace(name, () => plain(name));
  for (const name of IN_PART) replace(name, (original) => plain(name, original));
  for (const name of PADDED) replace(name, bySides);
  for (const { kernelName } of tf.getKernelsForBackend('wasm')) {
    if (!LACKING.includes(kernelName)) replace(kernelName, (original) => guarded(kernelName, original));
  }
}

function replace(kernelName: string, make: (original: never) => unknown): void {
  const original = tf.getKernel(kernelName, 'wasm');
  if (original) tf.unregisterKernel(kernelName, 'wasm');
  const kernelFunc = make(original?.kernelFunc as never) as unknown as tf.KernelFunc;
  // With tfjs's own set-up: it prepares the original.
  tf.registerKernel({ ...original, kernelName, backendName: 'wasm', kernelFunc });
}
