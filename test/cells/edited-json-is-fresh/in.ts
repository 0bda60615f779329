// %% file conf.json
{ "n": 1 }
// %%
import conf from './conf.json';
conf.n
// %% file conf.json
{ "n": "one", "extra": true }
// %%
import conf from './conf.json';
[conf.n.toUpperCase(), conf.extra]
