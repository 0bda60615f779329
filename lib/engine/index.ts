// The one door to tfjs: whoever imports it gets the namespace on the chosen engine, ready to use.
// It prints nothing, because the model server imports it too; lib/index.ts tells the reader of a notebook.
import { chooseEngine, type Engine } from './choose.ts';
import { rememberDilation } from './dilated-depthwise.ts';
import { allowIntegerLabels } from './integer-labels.ts';

/** tfjs on the chosen engine. Types too: `tf.Tensor4D`. */
export * as tf from '@tensorflow/tfjs';
export type { Engine };

// Before the first model: tfjs-layers looks these up when a loss is computed.
allowIntegerLabels();
rememberDilation();
const chosen = await chooseEngine(process.env.TYPELAB_ENGINE);

/**
 * Which engine computes, and why this one.
 *
 * @example
 * console.log(engine().name); // embedded
 */
export function engine(): Engine {
  return chosen;
}
