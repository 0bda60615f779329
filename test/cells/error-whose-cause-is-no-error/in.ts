// %%
throw new Error('failed', { cause: { status: 404, url: '/x' } });
// %%
throw new Error('failed', { cause: 'a string' });
