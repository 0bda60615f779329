// %%
import nothing from 'node:nothing';
// %%
await import('node:nothing' as string)
