import type { tf } from './engine/index.ts';

/** The table that Keras prints for `model.summary()`. */
export function summarize(model: tf.LayersModel): string {
  const rows = model.layers
    .filter((layer) => layer.getClassName() !== 'InputLayer')
    .map((layer) => [
      `${layer.name} (${layer.getClassName()})`,
      shapeText(layer.outputShape),
      count(layer.countParams()),
    ]);
  const widths = [33, 24, 15].map((least, i) => Math.max(least, ...rows.map((row) => row[i]!.length + 2)));
  const trainable = parameters(model.trainableWeights);
  const frozen = parameters(model.nonTrainableWeights);
  return [
    `Model: "${model.name}"`,
    rule('┏', '━', '┳', '┓'),
    line('┃', ['Layer (type)', 'Output Shape', 'Param #']),
    rule('┡', '━', '╇', '┩'),
    ...rows.flatMap((row, i) => (i === 0 ? [line('│', row)] : [rule('├', '─', '┼', '┤'), line('│', row)])),
    rule('└', '─', '┴', '┘'),
    ` Total params: ${sized(trainable + frozen)}`,
    ` Trainable params: ${sized(trainable)}`,
    ` Non-trainable params: ${sized(frozen)}`,
  ].join('\n');

  function rule(left: string, fill: string, between: string, right: string): string {
    return left + widths.map((width) => fill.repeat(width)).join(between) + right;
  }
  function line(bar: string, [name, shape, size]: string[]): string {
    const [first, second, third] = widths as [number, number, number];
    const cells = [name!.padEnd(first - 2), shape!.padEnd(second - 2), size!.padStart(third - 2)];
    return bar + cells.map((cell) => ` ${cell} `).join(bar) + bar;
  }
}

function shapeText(shape: tf.Shape | tf.Shape[]): string {
  if (Array.isArray(shape[0])) return (shape as tf.Shape[]).map(shapeText).join(', ');
  const sizes = (shape as tf.Shape).map((size) => size ?? 'None');
  return `(${sizes.length === 1 ? `${sizes[0]},` : sizes.join(', ')})`;
}

function parameters(weights: tf.LayerVariable[]): number {
  return weights.reduce((sum, { shape }) => sum + shape.reduce<number>((product, size) => product * (size ?? 1), 1), 0);
}

/** Weights are float32: four bytes each. */
function sized(parameterCount: number): string {
  let size = parameterCount * 4;
  let unit = 0;
  while (size >= 1024 && unit < 4) {
    size /= 1024;
    unit++;
  }
  return `${count(parameterCount)} (${size.toFixed(2)} ${['B', 'KB', 'MB', 'GB', 'TB'][unit]})`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
