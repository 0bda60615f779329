// %%
const { groups } = /(?<year>\d{4})-(?<month>\d\d)/.exec('2026-11')!;
[groups!.year, 'aßb'.match(/[\p{L}--[a]]/gv), 'xay'.replace(/(?<=x)a/, '-'), RegExp.escape('a.b')]
