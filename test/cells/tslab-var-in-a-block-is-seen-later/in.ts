// %%
if (true) { var inBlock = 'seen'; }
for (var i = 0; i < 3; i++) {}
try { var tried = 1; } finally { var finished = 2; }
// %%
[inBlock, i, tried, finished]
