import { tf } from '../engine/index.ts';

/** An object of inputs by key, as against one input's own tensor, typed array or list. */
export function isNamed(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof tf.Tensor)
  );
}
