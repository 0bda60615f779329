// %%
class ValidationError extends Error { constructor(public field: string) { super(`${field} is wrong`); } }
class HttpError extends Error { override name = 'HttpError'; status = 503; }
// %%
throw new ValidationError('age');
// %%
throw new HttpError('unavailable');
