// %%
process.exit(3);
// %%
import { exit } from 'node:process';
exit();
// %%
'alive'
