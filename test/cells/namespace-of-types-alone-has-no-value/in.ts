// %%
namespace Api { export interface Reply { ok: boolean } }
// %%
const reply: Api.Reply = { ok: true };
reply
// %%
Api
