// %%
let maybe: string | undefined = 'text' as string | undefined;
// %%
if (maybe) console.log(maybe.length);
// %%
maybe.length
