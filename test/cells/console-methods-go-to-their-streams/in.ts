// %%
console.log('log', 1, { a: 1 });
console.info('info');
console.debug('debug');
console.warn('warn');
console.error('error');
console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
console.assert(1 > 2, 'not so');
console.assert(true, 'unseen');
