// %%
const make = () => { class Local { #secret = 1; open = 2; reveal() { return this.#secret; } } return new Local(); };
const made = make();
// %%
[made.open, made.reveal()]
