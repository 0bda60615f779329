// %% file model.ts
export interface Model { layers: number }
export const defaultModel: Model = { layers: 2 };
// %% file use.ts
import { Model, defaultModel } from './model';
export const deepen = (m: Model): Model => ({ layers: m.layers + defaultModel.layers });
// %%
import { deepen } from './use';
deepen({ layers: 1 })
