// %%
console.log(1); console.error(2); console.log(3); process.stderr.write('4\n'); process.stdout.write('5\n');
