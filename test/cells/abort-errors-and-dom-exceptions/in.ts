// %%
AbortSignal.abort().throwIfAborted()
// %%
throw new DOMException('gone', 'NotFoundError');
// %%
await fetch('http://127.0.0.1:9/');
