// %%
const bytes = Buffer.from('€😀\n');
for (const byte of bytes) process.stdout.write(Uint8Array.of(byte));
