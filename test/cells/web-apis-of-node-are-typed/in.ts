// %%
const url = new URL('https://example.org/a?b=1');
const encoded = new TextEncoder().encode('é');
[url.searchParams.get('b'), encoded.length, atob('aGk='), typeof fetch, typeof AbortSignal.timeout, new Blob(['abc']).size, typeof crypto.randomUUID()]
