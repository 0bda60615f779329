import { ModelError } from '../error.ts';
import type { DType, HostTensor } from '../value.ts';
import type { Layer, LayerContext, Symbolic } from './layer.ts';
import { CannotSave } from './layer.ts';
import { makesMasks, maskAfter } from './mask.ts';
import type { Source } from './signatures.ts';
import { LAYERS } from './table.ts';
import type { FunctionWriter, Ref, Weight } from './writer.ts';

/** A tfjs LayersModel as far as saving needs it. */
export type Model = { inputs: Symbolic[]; outputs: Symbolic[]; layers: Layer[]; name: string };

type Output = { shape: (number | null)[] };

/** The weights of a model as they are written, each once, however often its layer is used. */
export class Weights {
  list: Weight[] = [];
  byVariable = new Map<unknown, Weight>();

  of(part: { weights: unknown[] }): Weight[] {
    return part.weights.map((variable) => this.add(variable as LayerVariable));
  }

  add(variable: LayerVariable): Weight {
    let weight = this.byVariable.get(variable);
    if (!weight) {
      weight = {
        id: this.list.length,
        name: variable.originalName,
        trainable: variable.trainable,
        tensor: toHost(variable),
      };
      this.byVariable.set(variable, weight);
      this.list.push(weight);
    }
    return weight;
  }
}

/** A constant of a graph as a weight: big ones lie better among the variables than in the graph. */
export function constantWeight(weights: Weights, name: string, tensor: HostTensor): Weight {
  const known = weights.byVariable.get(name);
  if (known) return known;
  const weight = { id: weights.list.length, name, trainable: false, tensor };
  weights.byVariable.set(name, weight);
  weights.list.push(weight);
  return weight;
}

type LayerVariable = {
  originalName: string;
  trainable: boolean;
  read(): { dtype: string; shape: number[]; dataSync(): Float32Array };
};

/** A LayersModel as the source of functions; outputs are `output_0`, …, and every layer's own by its name. */
export function layersSource(model: Model, weights: Weights): Source {
  const outputs = model.outputs.map(({ shape }, i) => ({ key: `output_${i}`, shape: [null, ...shape.slice(1)] }));
  return {
    inputs: model.inputs.map((tensor) => ({
      key: inputKey(tensor.name),
      dtype: tensor.dtype as DType,
      shape: [null, ...tensor.shape.slice(1)],
    })),
    outputs,
    write: (writer, inputs, wanted) => {
      const tensors = wanted.map((name) => tensorOf(model, name));
      const place = { writer, weights, masking: makesMasks(model.layers) };
      const refs = writeModel(place, { ...model, outputs: tensors }, inputs);
      return refs.map((ref, i) => ({ ...ref, shape: [null, ...(tensors[i]?.shape.slice(1) ?? [])] }));
    },
  };
}

/** tfjs calls the tensor of input layer `x` `x`; a second use of the name gets a suffix. */
function inputKey(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, '_');
}

function tensorOf(model: Model, name: string): Symbolic {
  const own = model.outputs[model.outputs.findIndex((_, i) => name === `output_${i}`)];
  if (own) return own;
  const layer = model.layers.find((one) => one.name === name);
  const [tensor, ...more] = layer?.inboundNodes.flatMap((node) => node.outputTensors) ?? [];
  if (tensor && more.length === 0) return tensor;
  const all = [...model.outputs.map((_, i) => `output_${i}`), ...model.layers.map((one) => one.name)];
  const reason = tensor ? 'has several outputs' : `is no output and no layer; there are: ${all.join(', ')}`;
  throw new ModelError('INVALID_ARGUMENT', `saveModel: "${name}" ${reason}. Nothing was written.`);
}

/** Where layers are written to, with what all layers of a model share. */
type Place = { writer: FunctionWriter; weights: Weights; masking: boolean };

/** Writes everything between given inputs and a model's outputs. */
function writeModel(place: Place, model: Model, inputs: Ref[]): Ref[] {
  const known = new Map(model.inputs.map((tensor, i) => [tensor.id, inputs[i] as Ref]));
  const masks = new Map<number, Ref | undefined>();
  const value = (tensor: Symbolic): Ref => {
    const found = known.get(tensor.id);
    if (found) return found;
    const layer = tensor.sourceLayer;
    const node = layer.inboundNodes[tensor.nodeIndex];
    if (!node) throw new Error(`layer "${layer.name}" is not connected`);
    const given = node.inputTensors.map(value);
    const givenMasks = node.inputTensors.map(({ id }) => masks.get(id));
    const results = writeLayer(place, layer, given, node.outputTensors, givenMasks[0]);
    const mask = within(place.writer, layer, () =>
      maskAfter({ writer: place.writer, layer, inputs: given, masks: givenMasks }),
    );
    node.outputTensors.forEach((output, i) => {
      known.set(output.id, results[i] as Ref);
      masks.set(output.id, mask);
    });
    return known.get(tensor.id) as Ref;
  };
  return model.outputs.map(value);
}

function writeLayer(place: Place, layer: Layer, inputs: Ref[], outputs: Output[], mask: Ref | undefined): Ref[] {
  const results = within(place.writer, layer, () =>
    isModel(layer) ? writeModel(place, layer, inputs) : [writeRow(place, layer, inputs, outputs, mask)].flat(),
  );
  // tfjs knows the shapes; ops in between need not.
  return results.map((ref, i) => ({ ...ref, shape: better(outputs[i]?.shape, ref.shape) }));
}

function within<T>(writer: FunctionWriter, layer: Layer, write: () => T): T {
  const outer = writer.prefix;
  writer.prefix = `${outer}${layer.name}/`;
  const result = write();
  writer.prefix = outer;
  return result;
}

function better(told: Ref['shape'] | undefined, written: Ref['shape']): Ref['shape'] {
  if (!told) return written;
  return told.length === written.length ? told.map((dim, i) => dim ?? written[i] ?? null) : told;
}

function isModel(layer: Layer): layer is Layer & Model {
  return ['Sequential', 'Functional', 'Model'].includes(layer.getClassName());
}

function writeRow(place: Place, layer: Layer, inputs: Ref[], outputs: Output[], mask: Ref | undefined): Ref | Ref[] {
  const { writer, weights, masking } = place;
  const kind = layer.getClassName();
  const row = LAYERS[kind];
  if (!row)
    throw refuse(
      layer,
      `layers of class ${kind} cannot be saved yet; those that can: ${Object.keys(LAYERS).sort().join(', ')}`,
    );
  const context: LayerContext = {
    writer,
    layer,
    config: layer.getConfig(),
    inputs,
    ...lookup(weights, layer),
    outputShape: outputs[0]?.shape ?? [],
    outputShapes: outputs.map(({ shape }) => shape),
    weightsOf: (part) => lookup(weights, part),
    mask,
    masking,
    write: (inner, given, shapes, innerMask) =>
      writeLayer(
        place,
        inner,
        given,
        shapes.map((shape) => ({ shape })),
        innerMask,
      ),
  };
  try {
    return row(context);
  } catch (error) {
    if (error instanceof CannotSave) throw refuse(layer, error.message);
    throw error;
  }
}

function lookup(weights: Weights, part: { weights: unknown[] }): Pick<LayerContext, 'weight' | 'need'> {
  const own = weights.of(part);
  const weight = (name: string) => own.find((w) => w.name === name || w.name.endsWith(`/${name}`));
  return {
    weight,
    need: (name) => {
      const found = weight(name);
      if (!found) throw new CannotSave(`it has no weight "${name}"; its weights: ${own.map((w) => w.name).join(', ')}`);
      return found;
    },
  };
}

function refuse(layer: Layer, reason: string): ModelError {
  return new ModelError(
    'UNIMPLEMENTED',
    `saveModel: layer "${layer.name}" (${layer.getClassName()}): ${reason}. Nothing was written.`,
  );
}

function toHost(variable: LayerVariable): HostTensor {
  const tensor = variable.read();
  return { dtype: tensor.dtype as DType, shape: tensor.shape, data: tensor.dataSync() };
}
