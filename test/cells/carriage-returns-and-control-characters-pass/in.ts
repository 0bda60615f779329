// %%
process.stdout.write('10%\r20%\r30%\n\x1b[32mgreen\x1b[0m\x07\n');
