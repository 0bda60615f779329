import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '../../../lib/saved-model/proto.ts';
import { TensorProto } from '../../../lib/saved-model/schema.ts';
import { tensorJson } from '../../../server/src/routes/tensor-json.ts';

test('a default value is printed with all its fields, as protobuf prints a TensorProto', () => {
  const shape = { dim: [{ size: 3, name: '' }], unknown_rank: false };
  const proto = create(TensorProto, { dtype: 1, tensor_shape: shape, float_val: [2.5, 0.1, NaN].map(Math.fround) });
  assert.deepEqual(tensorJson({ ...proto, string_val: [Buffer.from([97, 255])], int64_val: [5n] }), {
    dtype: 'DT_FLOAT',
    tensor_shape: { dim: [{ size: '3', name: '' }], unknown_rank: false },
    version_number: 0,
    tensor_content: '',
    half_val: [],
    float_val: [2.5, 0.1, 'NaN'],
    double_val: [],
    int_val: [],
    string_val: ['Yf8='],
    scomplex_val: [],
    int64_val: ['5'],
    bool_val: [],
    dcomplex_val: [],
    resource_handle_val: [],
    variant_val: [],
    uint32_val: [],
    uint64_val: [],
    float8_val: '',
  });
});
