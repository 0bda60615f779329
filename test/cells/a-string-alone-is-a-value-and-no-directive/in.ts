// %%
'use strict'
// %%
'just text'
