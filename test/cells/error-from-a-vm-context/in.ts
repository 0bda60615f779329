// %%
import vm from 'node:vm';
vm.runInNewContext('throw new TypeError("other realm")');
