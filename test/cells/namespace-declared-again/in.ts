// %%
namespace N { export const a = 1; }
// %%
namespace N { export const b = 'two'; }
Object.keys(N)
// %%
N.a
