// %%
class Failure { constructor(public reason: string) {} }
throw new Failure('not an Error');
