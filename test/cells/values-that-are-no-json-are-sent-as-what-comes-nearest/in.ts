// %%
import { display } from 'typelab/kernel';
display({ 'application/json': { big: 10n, huge: 2n ** 70n, list: new Float32Array([1, 2]), gone: undefined, no: () => 1, at: new Date(0) } }, { raw: true })
// %%
display({ $schema: 'https://vega.github.io/schema/vega-lite/v6.json', mark: 'bar', data: { values: [{ n: 5n }] } })
// %%
display({ 'text/html': 5, 'text/x-none': undefined, 'image/png': new Uint8Array([1, 2, 3]) }, { raw: true })
// %%
const circle: { self?: unknown } = {}; circle.self = circle;
display({ 'application/json': circle }, { raw: true })
// %%
display({ data: { 'text/plain': 'x' }, metadata: { n: 10n } }, { raw: true })
// %%
display('x', { id: 5 as unknown as string })
// %%
'and the kernel lives'
