// %% file opencv.cjs
// What emscripten emits: the module is a thenable until it is ready, and again hands itself out.
const ready = [];
const cv = { then(resolve) { ready.push(resolve); return cv; } };
setTimeout(() => {
  cv.Mat = class Mat { constructor(rows, cols, type) { Object.assign(this, { rows, cols, type, data: new Uint8Array(rows * cols) }); } delete() {} };
  cv.CV_8UC1 = 0;
  cv.bitwise_not = (from, to) => to.data.set(from.data.map((value) => 255 - value));
  delete cv.then;
  for (const resolve of ready) resolve(cv);
  cv.onRuntimeInitialized?.();
}, 5);
module.exports = cv;
// %%
const cv = require('./opencv.cjs');
await new Promise<void>((resolve) => { cv.onRuntimeInitialized = resolve; });
const mat = new cv.Mat(1, 2, cv.CV_8UC1);
mat.rows
// %%
const inverted = new cv.Mat(1, 2, cv.CV_8UC1);
cv.bitwise_not(mat, inverted);
inverted.data
// %%
mat.delete(); inverted.delete();
