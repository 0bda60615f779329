// %%
console.log('%s is %d years and %i, %f, %j %o %O %% %c.', 'Ada', 36.5, 36.5, 1.5, { a: 1 }, [1], { b: 2 }, 'css');
console.log('no format', '%s', 'x');
console.log();
console.log('');
console.log(null, undefined, true, 1n, Symbol('x'));
console.log('multi\nline', [1, [2, [3, [4, [5]]]]]);
