// What JavaScript calls. Everything works on pointers into tfjs WASM's memory; no data of its own, no allocation.
export { adam } from './adam';
export { convolve, crop, filterGradient, inputGradient, pad } from './convolution';
export { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise';
export { momentum, rmsProp } from './descent';
export { columnSums, reluGradient, transpose } from './elementwise';
export { gather } from './gather';
export { matmul, matmulScratch } from './matmul';
export { maxPool, maxPoolGradient } from './pool';
export { averagePoolBack, maxPoolBack } from './pool-gradient';
export { correctCount, softmaxLoss } from './softmax';
