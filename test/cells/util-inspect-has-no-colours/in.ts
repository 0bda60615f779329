// %%
import { inspect, styleText } from 'node:util';
console.log(inspect({ a: 1 }), styleText('red', 'red', { validateStream: false }));
[process.stdout.isTTY, process.stdout.columns]
