import { dtypeNumber } from '../dtype.ts';
import { ModelError } from '../error.ts';
import type { Spec } from '../object-graph.ts';
import type { FunctionDef } from '../schema.ts';
import type { DType, HostTensor } from '../value.ts';
import { cast } from './shaping.ts';
import type { Ref } from './writer.ts';
import { attr, FunctionWriter } from './writer.ts';

/** One more way to ask a model. */
export type SignatureOption =
  /** Some of its outputs, under keys of your own: each is an output (`output_0`) or the name of a layer. */
  | { method: 'predict'; outputs: Record<string, string> }
  /** tf.Examples in, scores and (with `labels`) class names out, as the server's `:classify` answers them. */
  | { method: 'classify'; labels?: string[]; output?: string }
  /** tf.Examples in, one number for each out. */
  | { method: 'regress'; output?: string };

/** A model as something that can be written into a function, whatever it was made of. */
export type Source = {
  inputs: { key: string; dtype: DType; shape: (number | null)[] }[];
  outputs: { key: string; shape: (number | null)[] }[];
  /** @param wanted keys of outputs, or what else the model can give by name */
  write(writer: FunctionWriter, inputs: Ref[], wanted: string[]): Ref[];
};

export type WrittenFunction = {
  writer: FunctionWriter;
  body: FunctionDef;
  inputs: Spec[];
  outputs: Spec[];
  method: 'predict' | 'classify' | 'regress';
};

export function writeSignature(source: Source, name: string, option: SignatureOption): WrittenFunction {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) throw wrong(name, 'its name may have letters, digits and _ only');
  switch (option?.method) {
    case 'predict': {
      const entries = Object.entries(option.outputs ?? {});
      if (entries.length === 0) throw wrong(name, 'it names no outputs, e.g. { outputs: { scores: "output_0" } }');
      return writePredict(
        source,
        name,
        entries.map(([, wanted]) => wanted),
        entries.map(([key]) => key),
      );
    }
    case 'classify':
      return writeClassify(source, name, option.labels, option.output);
    case 'regress':
      return writeRegress(source, name, option.output);
    default:
      throw wrong(
        name,
        `its method is ${JSON.stringify((option as { method?: unknown })?.method)}; expected predict, classify or regress`,
      );
  }
}

function wrong(name: string, reason: string): ModelError {
  return new ModelError('INVALID_ARGUMENT', `saveModel: signature "${name}": ${reason}. Nothing was written.`);
}

/** Inputs as the model has them, outputs under the given keys. */
export function writePredict(source: Source, name: string, wanted: string[], keys = wanted): WrittenFunction {
  const writer = new FunctionWriter(`__inference_${name}`);
  const inputs = [...source.inputs];
  for (const { key } of inputs) writer.unique(key);
  const refs = source.write(
    writer,
    inputs.map(({ key, dtype, shape }) => ({ ref: key, dtype, shape })),
    wanted,
  );
  const outputs = refs.map((ref, i) => ({ key: keys[i] as string, ref }));
  return finish(writer, inputs, outputs, 'predict');
}

type Output = { key: string; ref: Ref };

function finish(
  writer: FunctionWriter,
  inputs: Source['inputs'],
  outputs: Output[],
  method: WrittenFunction['method'],
): WrittenFunction {
  // TensorFlow matches arguments and results to keys by their sorted order, whatever their names are.
  const sortedInputs = [...inputs].sort((a, b) => compare(a.key, b.key));
  const sortedOutputs = [...outputs].sort((a, b) => compare(a.key, b.key));
  const body = writer.finish(
    sortedInputs.map(({ key, dtype }) => ({ name: key, dtype })),
    // A function may not return its argument or the same tensor twice under TensorFlow's optimiser: an Identity stands between.
    sortedOutputs.map(({ key, ref }) => ({ name: key, ref: writer.like('Identity', [ref]) })),
  );
  return {
    writer,
    body,
    method,
    inputs: sortedInputs.map(({ key, dtype, shape }) => [key, dtypeNumber(dtype), shape]),
    outputs: sortedOutputs.map(({ key, ref }) => [key, dtypeNumber(ref.dtype), [null, ...ref.shape.slice(1)]]),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const EXAMPLES = { key: 'inputs', dtype: 'string' as const, shape: [null] };

function writeClassify(
  source: Source,
  name: string,
  labels: string[] | undefined,
  output: string | undefined,
): WrittenFunction {
  const writer = new FunctionWriter(`__inference_${name}`);
  const scores = fromExamples(source, writer, name, output);
  const count = scores.shape[1];
  if (scores.shape.length !== 2 || typeof count !== 'number')
    throw wrong(name, `the output to classify by has shape [${scores.shape}], not [batch, classes]`);
  const outputs = [{ key: 'scores', ref: scores }];
  if (labels) {
    if (labels.length !== count) throw wrong(name, `it has ${labels.length} labels for ${count} classes`);
    outputs.push({ key: 'classes', ref: repeated(writer, labels, scores) });
  }
  return finish(writer, [EXAMPLES], outputs, 'classify');
}

function writeRegress(source: Source, name: string, output: string | undefined): WrittenFunction {
  const writer = new FunctionWriter(`__inference_${name}`);
  const value = fromExamples(source, writer, name, output);
  if (value.shape.length > 2 || (value.shape.length === 2 && value.shape[1] !== 1))
    throw wrong(name, `the output to regress by has shape [${value.shape}], not [batch] or [batch, 1]`);
  return finish(writer, [EXAMPLES], [{ key: 'outputs', ref: value }], 'regress');
}

/** The model over features of tf.Examples, one for each input, named as it is. */
function fromExamples(source: Source, writer: FunctionWriter, name: string, output: string | undefined): Ref {
  writer.unique(EXAMPLES.key);
  const inputs = [...source.inputs].sort((a, b) => compare(a.key, b.key));
  const unknown = inputs.find(({ shape }) => shape.slice(1).includes(null));
  if (unknown)
    throw wrong(
      name,
      `input "${unknown.key}" has the shape [${unknown.shape.map((dim) => dim ?? '?')}]; features of examples need known sizes`,
    );
  const stored = inputs.map(({ dtype }): DType => (dtype === 'float32' || dtype === 'string' ? dtype : 'int64'));
  const text = (items: string[], shape = [items.length]) =>
    writer.constant({ dtype: 'string', shape, data: items.map((item) => Buffer.from(item)) } as HostTensor);
  const defaults = stored.map((dtype) => writer.constant(emptyOf(dtype)));
  const parts = writer.outputs(
    'ParseExampleV2',
    'dense_values',
    [
      { ref: EXAMPLES.key, dtype: 'string', shape: [null] },
      text([]),
      text([]),
      text(inputs.map(({ key }) => key)),
      text([]),
      ...defaults,
    ],
    {
      Tdense: attr.types(stored.map(dtypeNumber)),
      num_sparse: attr.int(0),
      sparse_types: attr.types([]),
      ragged_value_types: attr.types([]),
      ragged_split_types: attr.types([]),
      dense_shapes: attr.shapes(inputs.map(({ shape }) => shape.slice(1))),
    },
    inputs.map(({ shape }, i) => ({ dtype: stored[i] as DType, shape })),
  );
  const byKey = new Map(inputs.map(({ key, dtype }, i) => [key, typed(writer, parts[i] as Ref, dtype)]));
  const [result] = source.write(
    writer,
    source.inputs.map(({ key }) => byKey.get(key) as Ref),
    [output ?? (source.outputs[0]?.key as string)],
  );
  return result as Ref;
}

function emptyOf(dtype: DType): HostTensor {
  const data = dtype === 'string' ? [] : dtype === 'int64' ? new BigInt64Array(0) : new Float32Array(0);
  return { dtype, shape: [0], data };
}

function typed(writer: FunctionWriter, x: Ref, dtype: DType): Ref {
  return x.dtype === dtype ? x : cast(writer, x, dtype);
}

/** The labels once for every row of scores. */
function repeated(writer: FunctionWriter, labels: string[], scores: Ref): Ref {
  const row = writer.constant({
    dtype: 'string',
    shape: [1, labels.length],
    data: labels.map((label) => Buffer.from(label)),
  });
  const shape = writer.op(
    'Shape',
    [scores],
    { T: attr.type(scores.dtype), out_type: attr.type('int32') },
    { dtype: 'int32', shape: [2] },
  );
  const batch = writer.like('Slice', [shape, writer.ints([0]), writer.ints([1])], { Index: attr.type('int32') });
  const multiples = writer.like('ConcatV2', [batch, writer.ints([1]), writer.int(0)], {
    N: attr.int(2),
    Tidx: attr.type('int32'),
  });
  const tiled = writer.like('Tile', [row, multiples], { Tmultiples: attr.type('int32') });
  return { ...tiled, shape: [null, labels.length] };
}
