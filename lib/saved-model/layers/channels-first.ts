import type { LayerRow } from './layer.ts';
import { CannotSave } from './layer.ts';
import { transpose } from './shaping.ts';
import type { Ref } from './writer.ts';

/** A row for both data formats: TensorFlow's CPU kernels want channels last, so images are turned, and turned back. */
export function eitherFormat(row: LayerRow): LayerRow {
  return (context) => {
    const { writer, config, inputs, outputShape } = context;
    const [x] = inputs as [Ref];
    const rank = x.shape.length;
    if (config.dataFormat !== 'channelsFirst') return row(context);
    if (rank < 4) throw new CannotSave('its option dataFormat is "channelsFirst", only "channelsLast" can be saved');
    // Along the last axis, which is none of the channels' here.
    if (config.activation === 'softmax') throw new CannotSave('softmax cannot be saved with channels first');
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    const toLast = [0, ...axes.slice(2), 1];
    const toFirst = [0, rank - 1, ...axes.slice(1, -1)];
    const same = outputShape.length === rank;
    const result = row({
      ...context,
      config: { ...config, dataFormat: 'channelsLast' },
      inputs: [transpose(writer, x, toLast)],
      outputShape: same ? toLast.map((axis) => outputShape[axis] ?? null) : outputShape,
    }) as Ref;
    return same ? transpose(writer, result, toFirst) : result;
  };
}

/** All rows of a table. */
export function inEitherFormat(rows: Record<string, LayerRow>): Record<string, LayerRow> {
  return Object.fromEntries(Object.entries(rows).map(([kind, row]) => [kind, eitherFormat(row)]));
}
