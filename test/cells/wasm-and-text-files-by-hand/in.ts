// %%
const bytes = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]);
const { instance } = await WebAssembly.instantiate(bytes);
instance.exports
