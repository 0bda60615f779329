// %%
function helper() { return 'first'; }
function main() { return helper(); }
// %%
function helper() { return 'second'; }
[main(), helper()]
