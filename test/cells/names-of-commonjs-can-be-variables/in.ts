// %%
const require = 1, exports = 2, module = 3, process = 4, __dirname = 5, __filename = 6, global = 7, Buffer = 8;
// %%
[require, exports, module, process, __dirname, __filename, global, Buffer]
