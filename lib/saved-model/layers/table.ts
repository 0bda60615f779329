import { inEitherFormat } from './channels-first.ts';
import { CONVOLUTION } from './convolution.ts';
import { CORE } from './core.ts';
import type { LayerRow } from './layer.ts';
import { RECURRENT } from './recurrent.ts';
import { SHAPING } from './shaping.ts';

/** Layer → ops, by tfjs's class name. A layer that is not here is named when someone saves it. */
export const LAYERS: Record<string, LayerRow> = {
  ...CORE,
  ...inEitherFormat({ ...CONVOLUTION, ...SHAPING }),
  ...RECURRENT,
};
