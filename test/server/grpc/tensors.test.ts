import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '../../../lib/saved-model/decode.ts';
import { encode } from '../../../lib/saved-model/encode.ts';
import { create } from '../../../lib/saved-model/proto.ts';
import { TensorProto } from '../../../lib/saved-model/schema.ts';
import type { HostTensor } from '../../../lib/saved-model/value.ts';
import { AnswerTensor } from '../../../server/src/grpc/messages.ts';
import { readTensor, writeTensor } from '../../../server/src/grpc/tensors.ts';

const tensors: HostTensor[] = [
  { dtype: 'float32', shape: [2, 2], data: Float32Array.of(0, -1.5, Number.NaN, Infinity) },
  { dtype: 'float64', shape: [1], data: Float64Array.of(0.1) },
  { dtype: 'int8', shape: [3], data: Int8Array.of(-128, 0, 127) },
  { dtype: 'int32', shape: [3], data: Int32Array.of(-(2 ** 31), 300, 2 ** 31 - 1) },
  { dtype: 'int64', shape: [3], data: BigInt64Array.of(-(2n ** 63n), -1n, 2n ** 63n - 1n) },
  { dtype: 'uint16', shape: [1], data: Uint16Array.of(65535) },
  { dtype: 'uint32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) },
  { dtype: 'uint64', shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
  { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
  { dtype: 'float16', shape: [2], data: Float32Array.of(0.5, -2) },
  { dtype: 'bfloat16', shape: [2], data: Float32Array.of(1, -3) },
  { dtype: 'complex64', shape: [1], data: Float32Array.of(1, -1) },
  { dtype: 'string', shape: [2], data: [Buffer.from('a'), Buffer.from([0, 255])] },
  { dtype: 'float32', shape: [0, 3], data: new Float32Array(0) },
];

test('a tensor goes out and comes in again, as typed lists and as tensor_content', () => {
  for (const tensor of tensors) {
    for (const asContent of [false, true]) {
      const bytes = encode(AnswerTensor, writeTensor(tensor, asContent));
      const proto = decode(TensorProto, bytes);
      assert.equal(proto.tensor_content.length > 0, asContent && tensor.dtype !== 'string' && tensor.data.length > 0);
      const back = readTensor('x', proto);
      assert.deepEqual({ ...back, data: [...back.data].map(plain) }, { ...tensor, data: [...tensor.data].map(plain) });
    }
  }
});

test('a request’s tensor is read as TensorFlow’s own ParseTensor reads it', () => {
  const shapeOf = (...sizes: number[]) => ({ dim: sizes.map((size) => ({ size, name: '' })), unknown_rank: false });
  const read = (tensor: Partial<TensorProto>) => {
    const { shape, data } = readTensor('x', create(TensorProto, { dtype: FLOAT, ...tensor }));
    return [shape, [...data].map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString() : value))];
  };
  // Recorded from tf.raw_ops.ParseTensor of TensorFlow 2.21.
  assert.deepEqual(read({ tensor_shape: shapeOf(2), float_val: [1, 2, 3] }), [[2], [1, 2]]);
  assert.deepEqual(read({ tensor_shape: shapeOf(), float_val: [1, 2] }), [[], [1]]);
  assert.deepEqual(read({ tensor_shape: shapeOf(2) }), [[2], [0, 0]]);
  assert.deepEqual(read({ tensor_shape: shapeOf(0), float_val: [1] }), [[0], []]);
  assert.deepEqual(read({ tensor_shape: shapeOf(0), tensor_content: Buffer.from('abcd') }), [[0], []]);
  assert.deepEqual(read({ tensor_shape: { ...shapeOf(2), unknown_rank: true }, float_val: [1] }), [[2], [1, 1]]);
  assert.deepEqual(read({ dtype: COMPLEX, tensor_shape: shapeOf(2), scomplex_val: [1, 2, 3] }), [[2], [1, 2, 1, 2]]);
  assert.deepEqual(
    read({ dtype: STRING, tensor_shape: shapeOf(1), string_val: [Buffer.from('a'), Buffer.from('b')] }),
    [[1], ['a']],
  );
  const strings = (...bytes: number[]) =>
    read({ dtype: STRING, tensor_shape: shapeOf(2), tensor_content: Uint8Array.from(bytes) });
  assert.deepEqual(strings(1, 2, 97, 98, 98), [[2], ['a', 'bb']]);
  const refused = { message: 'tensor parsing error: x' };
  assert.throws(() => strings(1, 2, 97, 98), refused);
  assert.throws(() => strings(1, 255), refused);
  assert.throws(() => read({ tensor_shape: shapeOf(-1), float_val: [1] }), refused);
  assert.throws(() => read({ tensor_shape: shapeOf(2 ** 40), float_val: [1] }), refused);
});

const [FLOAT, STRING, COMPLEX] = [1, 7, 8];

test('a tensor that does not hold what its shape says is a parsing error', () => {
  const proto = decode(TensorProto, encode(AnswerTensor, writeTensor(tensors[0] as HostTensor, true)));
  assert.throws(() => readTensor('x', { ...proto, tensor_content: proto.tensor_content.subarray(1) }), {
    code: 'INVALID_ARGUMENT',
    message: 'tensor parsing error: x',
  });
});

const plain = (value: unknown): unknown => (value instanceof Uint8Array ? [...value] : value);
