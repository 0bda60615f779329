// %%
function self(this: unknown) { return this; }
const arrow = () => typeof this;
// %%
[self(), arrow(), self.call('me')]
