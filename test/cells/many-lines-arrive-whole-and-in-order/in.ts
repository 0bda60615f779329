// %%
for (let i = 0; i < 20_000; i++) if (i % 5000 === 0 || i === 19_999) console.log(i); else process.stdout.write('');
