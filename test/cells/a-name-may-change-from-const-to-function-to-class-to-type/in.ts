// %%
const thing = 1;
// %%
function thing() { return 'function'; }
thing()
// %%
class thing { a = 'class'; }
new thing()
// %%
enum thing { a = 'enum' }
thing.a
// %%
let thing: string[] = ['let'];
thing
