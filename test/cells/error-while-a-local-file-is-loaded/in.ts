// %% file atload.ts
const a: number = 1;
throw new Error(`load failed ${a}`);
// %%
import './atload';
