// %%
const direction = 'left';
let moving = 'left';
type Direction = 'left' | 'right';
// %%
const ok: Direction = direction;
const no: Direction = moving;
