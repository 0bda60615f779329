// %%
%%capture kept
console.log('printed');
console.error('on stderr');
6 * 7
// %%
console.log('before');
kept.show();
console.log('after');
// %%
[kept.stdout, kept.stderr, kept.outputs]
// %%
%%capture --no-stdout rest
console.log('seen');
'value'
// %%
[rest.stdout, rest.outputs.length]
