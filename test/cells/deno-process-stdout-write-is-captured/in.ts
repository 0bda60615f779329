// %%
process.stdout.write('a'); process.stdout.write('b\n');
process.stderr.write('c\n');
process.stdout.write(Buffer.from('bytes ü\n'));
const accepted = process.stdout.write('with callback\n', () => console.log('called back'));
await new Promise(setImmediate);
accepted
