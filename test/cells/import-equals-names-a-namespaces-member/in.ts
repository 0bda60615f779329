// %%
namespace Deep { export namespace Inner { export const value = 3; export type Name = string } }
// %%
import inner = Deep.Inner;
const name: inner.Name = 'n';
[inner.value, name]
