// %%
let kept = 'before';
const log: string[] = [];
// %%
kept = 'after'; log.push('one');
const made = 5; let alsoMade = 6;
throw new Error('halfway');
const never = 7;
// %%
[kept, log, made, alsoMade, never]
