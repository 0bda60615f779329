// %% file effect.ts
(globalThis as { effects?: number }).effects = ((globalThis as { effects?: number }).effects ?? 0) + 1;
// %%
import './effect';
(globalThis as { effects?: number }).effects
