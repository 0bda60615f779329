// %% file ping.ts
import { pong } from './pong';
export const ping = (n: number): string => (n === 0 ? 'ping' : pong(n - 1));
// %% file pong.ts
import { ping } from './ping';
export const pong = (n: number): string => (n === 0 ? 'pong' : ping(n - 1));
// %%
import { ping } from './ping';
[ping(3), ping(4)]
