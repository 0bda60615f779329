// %%
this === globalThis
