import type { FunctionWriter, Ref, Weight } from './writer.ts';

/** A tfjs layer as far as saving needs it. */
export type Layer = {
  name: string;
  getClassName(): string;
  getConfig(): Config;
  weights: unknown[];
  inboundNodes: { inputTensors: Symbolic[]; outputTensors: Symbolic[] }[];
};

/** A tensor of a model that is not computed yet. */
export type Symbolic = {
  id: number;
  name: string;
  dtype: string;
  shape: (number | null)[];
  sourceLayer: Layer;
  nodeIndex: number;
  tensorIndex: number;
};

export type Config = Record<string, unknown>;

/** What a row of the table gets: where to write, the layer with its options and weights, and its inputs. */
export type LayerContext = {
  writer: FunctionWriter;
  layer: Layer;
  config: Config;
  inputs: Ref[];
  /** The weight of the layer whose name ends so, e.g. `kernel`; undefined where the layer has none. */
  weight(name: string): Weight | undefined;
  need(name: string): Weight;
  outputShape: (number | null)[];
  outputShapes: (number | null)[][];
  /** The same two for a part of the layer that has weights of its own (the cell of a recurrent layer). */
  weightsOf(part: { weights: unknown[] }): Pick<LayerContext, 'weight' | 'need'>;
  /** Which steps in time count, [batch, time], where an earlier layer said so. */
  mask: Ref | undefined;
  /** Whether any layer of the model makes a mask. */
  masking: boolean;
  /** Writes a layer inside this one. */
  write(layer: Layer, inputs: Ref[], outputShapes: (number | null)[][], mask?: Ref): Ref[];
};

/** Writes the ops of one layer; its result, or several. */
export type LayerRow = (context: LayerContext) => Ref | Ref[];

/** An option that the row cannot write, in words for whoever saves the model. */
export class CannotSave extends Error {}

export function expect<T>(config: Config, name: string, allowed: T): void {
  const value = config[name];
  if (value !== undefined && value !== null && value !== allowed) {
    throw new CannotSave(
      `its option ${name} is ${JSON.stringify(value)}, only ${JSON.stringify(allowed)} can be saved`,
    );
  }
}

/** `[2, 2]`, or `2` for both. */
export function pair(value: unknown, otherwise: number): [number, number] {
  if (Array.isArray(value)) return [value[0] as number, (value[1] ?? value[0]) as number];
  return typeof value === 'number' ? [value, value] : [otherwise, otherwise];
}
