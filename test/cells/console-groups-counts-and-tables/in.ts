// %%
console.group('outer'); console.log('in'); console.group(); console.log('deeper'); console.groupEnd(); console.groupEnd(); console.log('out');
console.count(); console.count('x'); console.count('x'); console.countReset('x'); console.count('x');
console.table([{ a: 1, b: 'x' }, { a: 2 }]);
console.table([[1, 2], [3, 4]]);
console.table('no table');
