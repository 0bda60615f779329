// %%
<div>text</div>
// %%
const assertion = <string>(5 as unknown);
