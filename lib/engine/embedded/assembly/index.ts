// What JavaScript calls. Everything works on pointers into the memory that it gets: tfjs WASM's, or a training plan's; no data of its own, no allocation.
export { adam } from './adam';
export { batchMoments, batchNormalize, batchNormBack } from './batch-norm';
export { convolve, crop, filterGradient, inputGradient, pad } from './convolution';
export { crossEntropy, scaleRows, softmaxGradient } from './cross-entropy';
export { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise';
export { descend, momentum, rmsProp } from './descent';
export { addTo, columnSums, maskedByRelu, reluGradient, transpose } from './elementwise';
export { gather } from './gather';
export { matmul, matmulScratch } from './matmul';
export { averagePoolGradient, maxPool, maxPoolGradient } from './pool';
export { correctCount, softmaxLoss } from './softmax';
