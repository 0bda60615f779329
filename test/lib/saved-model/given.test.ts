import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkGiven, feedType, givenValue } from '../../../lib/saved-model/given.ts';
import { indexGraph } from '../../../lib/saved-model/graph.ts';
import { create } from '../../../lib/saved-model/proto.ts';
import { NodeDef, SignatureDef, TensorInfoProto } from '../../../lib/saved-model/schema.ts';
import { readSignatures } from '../../../lib/saved-model/signature.ts';
import { toTensorProto } from '../../../lib/saved-model/tensor-proto.ts';
import type { DType, HostTensor, Signature } from '../../../lib/saved-model/value.ts';

const info = (name: string) => ({ name: `serving_default_${name}:0`, dtype: 'float32' as const, shape: [] });
const scalar = (value: number, dtype: DType = 'float32'): HostTensor => ({
  dtype,
  shape: [],
  data: dtype === 'bool' ? Uint8Array.of(value) : Float32Array.of(value),
});
const plain: Signature = { inputs: { y: info('y'), x: info('x') }, outputs: { z: info('z') }, methodName: '' };
const signature: Signature = { ...plain, defaults: { y: scalar(2.5) } };
const some = (...names: string[]) => Object.fromEntries(names.map((name) => [name, scalar(1)]));

describe('what a run is given', () => {
  test('defaults are read from the signature', () => {
    const x = create(TensorInfoProto, { name: 'x:0', dtype: 1 });
    const defaults = new Map([['x', toTensorProto(scalar(2.5))]]);
    const def = create(SignatureDef, { inputs: new Map([['x', x]]), defaults });
    assert.deepEqual({ ...readSignatures(new Map([['s', def]])).s?.defaults }, { x: scalar(2.5) });
  });

  test('an input with a default may be left out, one without may not', () => {
    checkGiven(signature, some('x'), undefined);
    checkGiven(signature, some('x', 'y'), ['z']);
    assert.deepEqual(givenValue(signature, 'y', 'float32', some('x')).data, Float32Array.of(2.5));
    assert.deepEqual(givenValue(signature, 'y', 'float32', some('y')).data, Float32Array.of(1));
    assert.throws(() => checkGiven(signature, some('y'), undefined), {
      message:
        'Signature input alias: x(feed name: serving_default_x:0) not found in request and no default value provided. Inputs expected to be in the request {y}, or default input alias set: y',
    });
  });

  test('names that the signature does not know are listed in order', () => {
    assert.throws(() => checkGiven(signature, some('x', 'q'), undefined), {
      message: 'Inputs contains invalid name. Used request inputs: x, request input: q,x',
    });
    assert.throws(() => checkGiven(plain, some('q', 'x', 'b'), undefined), {
      message:
        'input size does not match signature: 3!=2 len({b,q,x}) != len({x,y}). Sent extra: {b,q}. Missing but required: {y}.',
    });
    assert.throws(() => checkGiven(plain, some('x', 'q'), undefined), {
      message:
        'Signature input alias: y(feed name: serving_default_y:0) not found in request and no default value provided. Inputs expected to be in the request {q,x}, or default input alias set: ',
    });
  });

  test('the type is that of the fed placeholder, whatever the signature says; of another op the signature’s', () => {
    const attr = new Map([['dtype', { type: 7 }]]);
    const node = [
      create(NodeDef, { name: 'serving_default_x', op: 'Placeholder', attr }),
      create(NodeDef, { name: 'serving_default_y', op: 'Identity' }),
    ];
    const library = indexGraph({ node, library: undefined, versions: undefined }, []);
    assert.equal(feedType(library, info('x')), 'string');
    assert.equal(feedType(library, info('y')), 'float32');
  });

  test('a wrong type is told by TensorFlow’s number of the feed and by the name of the input', () => {
    assert.throws(() => givenValue(signature, 'y', 'float32', { y: scalar(1, 'bool') }), {
      message: 'Expects arg[1] to be float but bool is provided (input "y", serving_default_y:0)',
    });
  });
});
