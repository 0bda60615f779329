import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '../../../lib/saved-model/encode.ts';
import { create } from '../../../lib/saved-model/proto.ts';
import {
  type AttrValue,
  MetaGraphDef,
  NodeDef,
  SavedModelProto,
  SignatureDef,
  TensorInfoProto,
} from '../../../lib/saved-model/schema.ts';
import { toTensorProto } from '../../../lib/saved-model/tensor-proto.ts';

/** A base path with version 1 of a real SavedModel: y = x + add. */
export function savedModel(add: number): string {
  const base = mkdtempSync(join(tmpdir(), 'typelab-served-'));
  addSavedVersion(base, 1, add);
  return base;
}

/** Appears at once and complete, as saveModel makes it. */
export function addSavedVersion(base: string, version: number, add: number): void {
  const aside = join(base, `.making-${version}`);
  mkdirSync(aside, { recursive: true });
  writeFileSync(join(aside, 'saved_model.pb'), savedModelBytes(add));
  renameSync(aside, join(base, String(version)));
}

export function savedModelBytes(add: number): Uint8Array {
  return graphBytes([placeholder('x'), constant('add', Float32Array.of(add), []), binary('y', 'AddV2', 'x', 'add')]);
}

/** y = max(x + 0 + … + 0), with `steps` sums of a quarter of a million elements: a few tens of microseconds each. */
export function slowModel(steps: number): string {
  const base = mkdtempSync(join(tmpdir(), 'typelab-slow-'));
  mkdirSync(join(base, '1'));
  const sums = Array.from({ length: steps }, (_, i) => binary(`s${i + 1}`, 'AddV2', `s${i}`, 'zero'));
  const max = create(NodeDef, {
    name: 'y',
    op: 'Max',
    input: [`s${steps}`, 'axis'],
    attr: new Map<string, AttrValue>([
      ['T', FLOAT],
      ['Tidx', { type: 3 }],
      ['keep_dims', { b: true }],
    ]),
  });
  const nodes = [
    placeholder('x'),
    constant('wide', new Float32Array(2 ** 18), [2 ** 18]),
    constant('zero', Float32Array.of(0), []),
    constant('axis', Int32Array.of(0), [1]),
    binary('s0', 'AddV2', 'x', 'wide'),
    ...sums,
    max,
  ];
  writeFileSync(join(base, '1', 'saved_model.pb'), graphBytes(nodes));
  return base;
}

const FLOAT: AttrValue = { type: 1 };

const placeholder = (name: string): NodeDef =>
  create(NodeDef, { name, op: 'Placeholder', attr: new Map([['dtype', FLOAT]]) });

const binary = (name: string, op: string, ...input: string[]): NodeDef =>
  create(NodeDef, { name, op, input, attr: new Map([['T', FLOAT]]) });

function constant(name: string, data: Float32Array | Int32Array, shape: number[]): NodeDef {
  const dtype = data instanceof Float32Array ? 'float32' : 'int32';
  return create(NodeDef, {
    name,
    op: 'Const',
    attr: new Map<string, AttrValue>([
      ['dtype', { type: dtype === 'float32' ? 1 : 3 }],
      ['value', { tensor: toTensorProto({ dtype, shape, data }) }],
    ]),
  });
}

/** A SavedModel of which x goes in and y comes out. */
function graphBytes(node: NodeDef[]): Uint8Array {
  const info = (name: string) =>
    create(TensorInfoProto, { name, dtype: 1, tensor_shape: { dim: [{ size: -1, name: '' }], unknown_rank: false } });
  const signature = create(SignatureDef, {
    inputs: new Map([['x', info('x:0')]]),
    outputs: new Map([['y', info('y:0')]]),
    method_name: 'tensorflow/serving/predict',
  });
  const graph = create(MetaGraphDef, {
    meta_info_def: { stripped_op_list: undefined, tags: ['serve'], tensorflow_version: '' },
    graph_def: { node, library: undefined, versions: undefined },
    signature_def: new Map([['serving_default', signature]]),
  });
  return encode(SavedModelProto, { saved_model_schema_version: 1, meta_graphs: [graph] });
}
