// %% file typed.ts
export interface Row { id: number }
export const row: Row = { id: 1 };
// %%
import { row, type Row } from './typed.ts';
const other: Row = { id: row.id + 1 };
other
// %%
row.name
