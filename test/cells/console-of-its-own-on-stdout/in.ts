// %%
import { Console } from 'node:console';
new Console(process.stdout, process.stderr).log('through another console');
new Console({ stdout: process.stdout }).error('one stream');
