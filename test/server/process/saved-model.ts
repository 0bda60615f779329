import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, encode } from '../../../lib/saved-model/proto.ts';
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
  const float = { type: 1 };
  const constant = toTensorProto({ dtype: 'float32', shape: [], data: Float32Array.of(add) });
  const node = [
    create(NodeDef, { name: 'x', op: 'Placeholder', attr: new Map([['dtype', float]]) }),
    create(NodeDef, {
      name: 'add',
      op: 'Const',
      attr: new Map<string, AttrValue>([
        ['dtype', float],
        ['value', { tensor: constant }],
      ]),
    }),
    create(NodeDef, { name: 'y', op: 'AddV2', input: ['x', 'add'], attr: new Map([['T', float]]) }),
  ];
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
