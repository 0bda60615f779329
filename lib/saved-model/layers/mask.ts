import type { Layer } from './layer.ts';
import { any, cast } from './shaping.ts';
import type { FunctionWriter, Ref } from './writer.ts';
import { attr } from './writer.ts';

/** What a layer was given: its tensors, and for each the mask that came with it. */
type Given = { writer: FunctionWriter; layer: Layer; inputs: Ref[]; masks: (Ref | undefined)[] };

/** Layers that tfjs lets a mask pass through. */
const PASSING =
  'Activation AlphaDropout BatchNormalization Dense Dropout GaussianDropout GaussianNoise LayerNormalization PReLU ReLU TimeDistributed'.split(
    ' ',
  );

/** Which steps in time count ([batch, time] of booleans) after a layer, by tfjs's rules; undefined where nothing says so. */
export function maskAfter({ writer, layer, inputs, masks }: Given): Ref | undefined {
  const kind = layer.getClassName();
  const config = layer.getConfig();
  const [x] = inputs as [Ref];
  const [mask] = masks;
  switch (kind) {
    case 'Masking':
      return any(writer, unequal(writer, x, config.maskValue as number), false);
    case 'Embedding':
      return config.maskZero ? unequal(writer, x, 0) : undefined;
    case 'Concatenate':
      return along(config.axis, x) ? both(writer, masks) : undefined;
    case 'SimpleRNN':
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return config.returnSequences ? mask : undefined;
    case 'Bidirectional':
      return (layer as Layer & { forwardLayer: Layer }).forwardLayer.getConfig().returnSequences ? mask : undefined;
    default:
      return PASSING.includes(kind) ? mask : undefined;
  }
}

/** Whether a layer of a model, or of one inside it, makes a mask. */
export function makesMasks(layers: Layer[]): boolean {
  return layers.some(
    (layer) =>
      layer.getClassName() === 'Masking' ||
      (layer.getClassName() === 'Embedding' && Boolean(layer.getConfig().maskZero)) ||
      makesMasks((layer as Layer & { layers?: Layer[] }).layers ?? []),
  );
}

/** Steps of which nothing counts become zeros. */
export function masked(writer: FunctionWriter, x: Ref, value: number): Ref {
  const counts = any(writer, unequal(writer, x, value), true);
  return writer.like('Mul', [x, cast(writer, counts, x.dtype)]);
}

function unequal(writer: FunctionWriter, x: Ref, value: number): Ref {
  const attrs = { T: attr.type(x.dtype), incompatible_shape_error: attr.bool(true) };
  return writer.op('NotEqual', [x, writer.number(value, x)], attrs, { dtype: 'bool', shape: x.shape });
}

function along(axis: unknown, x: Ref): boolean {
  return ((axis as number) ?? -1) < 0 ? ((axis as number) ?? -1) === -1 : axis === x.shape.length - 1;
}

function both(writer: FunctionWriter, masks: (Ref | undefined)[]): Ref | undefined {
  const given = masks.filter((mask) => mask !== undefined);
  return given.slice(1).reduce<Ref | undefined>((all, mask) => {
    return writer.op('LogicalAnd', [all as Ref, mask], {}, { dtype: 'bool', shape: mask.shape });
  }, given[0]);
}
