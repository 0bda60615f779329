// %%
%%capture first
%time 6 * 7
// %%
%%capture second
%time 6 * 7;
// %%
[first, second].map(({ stdout, outputs }) => [stdout.includes('Wall time'), outputs.length])
