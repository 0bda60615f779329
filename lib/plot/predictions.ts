import { flatten, type ImageSource } from './picture.ts';

export type NumberSource = ImageSource | readonly ImageSource[];

export type Prediction = { digit: number /** 0 … 1, where probabilities were given. */; probability?: number };

export function toClasses(source: NumberSource, who: string): number[] {
  const { shape, values } = flatten(single(source, who), who);
  if (shape.length !== 1) throw new Error(`${who} have shape [${shape}]; expected [n], a whole number for each image.`);
  return Array.from(values);
}

/** Probabilities [n, classes] → the most probable class; classes [n] as they are. */
export function toPredictions(source: NumberSource, who: string): Prediction[] {
  const { shape, values } = flatten(single(source, who), who);
  if (shape.length === 1) return Array.from(values, (digit) => ({ digit }));
  const [count, classes] = shape;
  if (shape.length !== 2 || !count || !classes) {
    throw new Error(`${who} have shape [${shape}]; expected [n, classes] (probabilities) or [n] (classes).`);
  }
  return Array.from({ length: count }, (_, row) => {
    let digit = 0;
    for (let i = 1; i < classes; i++) if (values[row * classes + i]! > values[row * classes + digit]!) digit = i;
    return { digit, probability: values[row * classes + digit]! };
  });
}

/** model.predict is typed as one tensor or many; a model with one output gives one. */
function single(source: NumberSource, who: string): ImageSource {
  if (Array.isArray(source) && typeof source[0] === 'object' && source[0] !== null && 'dataSync' in source[0]) {
    if (source.length !== 1) throw new Error(`${who} are ${source.length} tensors; expected one.`);
    return source[0] as ImageSource;
  }
  return source as ImageSource;
}
