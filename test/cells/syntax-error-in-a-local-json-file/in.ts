// %% file bad.json
{ "a": 1,, }
// %%
import data from './bad.json';
data
