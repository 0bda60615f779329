import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DType, TensorInfo } from '../../../lib/saved-model/value.ts';
import { readFastRequest } from '../../../server/src/codec/fast-request.ts';
import { type InputsOf, type PredictRequest, readPredictRequest } from '../../../server/src/codec/predict-request.ts';
import { times } from '../../helpers/long.ts';

const inputs = (types: Record<string, DType>): InputsOf => {
  const infos = new Map<string, TensorInfo>(
    Object.entries(types).map(([name, dtype]) => [name, { name, dtype, shape: null }]),
  );
  return () => infos;
};

const fast = (text: string, types: Record<string, DType>) => readFastRequest(Buffer.from(text), inputs(types));

describe('the one-pass reader', () => {
  test('reads an image-like request without the careful reader', () => {
    const request = fast('{"signature_name": "serving_default", "instances": [[[0.0], [0.5]], [[1], [2e-1]]]}', {
      x: 'float32',
    });
    assert.deepEqual(request?.inputs.get('x')?.shape, [2, 2, 1]);
    assert.deepEqual(valuesOf(request), [0, 0.5, 1, Math.fround(0.2)]);
  });

  test('counts the black pixels of an image like the others, with blanks and without', () => {
    const rows = [
      [[0], [0], [0.5], [0]],
      [[0], [0], [0], [0]],
      [[0.25], [0], [0], [0]],
    ];
    for (const between of [',', ', ', ',  ', ',\n']) {
      const pixel = ([value]: number[]) => `[${value === 0 ? '0.0' : value}]`;
      const text = `[${rows.map((row) => `[${row.map(pixel).join(between)}]`).join(between)}]`;
      const request = fast(`{"instances": [${text}]}`, { x: 'float32' });
      assert.deepEqual(request?.inputs.get('x')?.shape, [1, 3, 4, 1]);
      assert.deepEqual(valuesOf(request), rows.flat(2));
    }
    for (const text of [
      '[[0.0],[0.0],[0.0]],[[0.0],[0.0]]',
      '[[0.0],[0.0],]',
      '[[0.0],[0.0],0.0]',
      '[[0.0],[0.0],[0.0,0.0]]',
    ])
      assert.equal(fast(`{"instances": [${text}]}`, { x: 'float32' }), undefined, text);
  });

  test('reads named inputs in any order, and columns', () => {
    const types: Record<string, DType> = { a: 'int64', b: 'string', c: 'bool', d: 'uint8' };
    const row = fast(
      '{"instances": [{"b": "x", "a": 1, "d": 7, "c": true}, {"a": -2, "c": false, "b": "y", "d": 8}]}',
      types,
    );
    assert.deepEqual(row?.inputs.get('a')?.data, BigInt64Array.of(1n, -2n));
    assert.deepEqual(row?.inputs.get('c')?.data, Uint8Array.of(1, 0));
    assert.equal(fast('{"inputs": {"a": 1, "b": "x", "c": [true], "d": [[1]]}}', types)?.format, 'columnar');
  });

  test('leaves base64 to the other, also where the input is called b64', () => {
    const types: Record<string, DType> = { b64: 'string' };
    const text = '{"inputs": {"b64": "aGVsbG8="}}';
    assert.equal(fast(text, types), undefined);
    const { data } = readPredictRequest(Buffer.from(text), inputs(types)).inputs.get('b64') ?? {};
    assert.deepEqual(data, [Buffer.from('hello')]);
  });

  test('takes the name of the signature also after the values', () => {
    const infos = (name: string) => inputs({ x: name === 'ints' ? 'int32' : 'float32' })(name);
    const request = readFastRequest(Buffer.from('{"instances": [1, 2], "signature_name": "ints"}'), infos);
    assert.deepEqual(request?.inputs.get('x')?.data, Int32Array.of(1, 2));
  });

  test('rounds every decimal to the nearest float and double', () => {
    const texts = [...Array(4000)].map((_, i) => decimal(i + 1));
    const body = `{"instances": [${texts.join()}]}`;
    const doubles = texts.map(Number);
    assert.deepEqual(valuesOf(fast(body, { x: 'float64' })), doubles);
    assert.deepEqual(valuesOf(fast(body, { x: 'float32' })), doubles.map(Math.fround));
  });

  test('settles floats just beside the middle of two', () => {
    // 1 + 2^-24 lies between 1 and the next float; the last digits decide, or the even one.
    const texts = ['1.000000059604644775', '1.0000000596046447', '1.0000000596046448', '1.00000017881393432'];
    const request = fast(`{"instances": [${texts}]}`, { x: 'float32' });
    assert.deepEqual(
      valuesOf(request),
      texts.map((text) => Math.fround(Number(text))),
    );
  });

  test('agrees with the careful reader on random documents, right or wrong', () => {
    let handled = 0;
    for (let seed = 1; seed <= times(20_000, 1_000_000); seed++) {
      const random = generator(seed);
      const types = pick(random, TYPES);
      const text = mutate(document(random, types), random);
      const quick = fast(text, types);
      if (!quick) continue;
      handled++;
      assert.deepEqual(quick, readPredictRequest(Buffer.from(text), inputs(types)), text);
    }
    assert.ok(handled > 5_000, `only ${handled} documents took the fast way`);
  });
});

function valuesOf(request: PredictRequest | undefined): number[] {
  return [...((request as PredictRequest).inputs.get('x')?.data ?? [])] as number[];
}

const TYPES: Record<string, DType>[] = [
  { x: 'float32' },
  { x: 'int32' },
  { x: 'int64' },
  { x: 'string' },
  { x: 'bool' },
  { a: 'float64', b: 'uint8' },
  { a: 'string', b: 'uint32' },
];

type Random = () => number;

function generator(seed: number): Random {
  let state = seed * 2654435761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 1 | state) + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 7), 61 | state) ^ state;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(random: Random, list: T[]): T => list[Math.floor(random() * list.length)] as T;

function document(random: Random, types: Record<string, DType>): string {
  const names = Object.keys(types);
  const shape = pick(random, [[], [2], [2, 2], [1, 3], [0]]);
  const values = (name: string): string => nested(random, types[name] as DType, shape);
  const object = (): string => `{${names.map((name) => `"${name}": ${values(name)}`).join(', ')}}`;
  const body = pick(random, [
    () => `"instances": [${[values(names[0] as string), values(names[0] as string)]}]`,
    () => `"instances": [${object()}, ${object()}]`,
    () => `"inputs": ${names.length > 1 ? object() : values(names[0] as string)}`,
  ])();
  return pick(random, [`{${body}}`, `{"signature_name":"s",${body}}`, `{ "other" : [1,{"y":null}] ,\n${body} }`]);
}

function nested(random: Random, dtype: DType, [dim, ...rest]: number[]): string {
  if (dim === undefined) return leaf(random, dtype);
  return `[${Array.from({ length: dim }, () => nested(random, dtype, rest))}]`;
}

function leaf(random: Random, dtype: DType): string {
  if (random() < 0.03)
    return pick(random, ['null', '"x"', '1.5', '{"b64":"aGk="}', 'NaN', '-1', '1e3', '[1]', '99999999999', '-0']);
  if (dtype === 'string') return pick(random, ['"a"', '"é"', '"\\n"', '""']);
  if (dtype === 'bool') return pick(random, ['true', 'false']);
  if (dtype.startsWith('float')) return decimal(Math.floor(random() * 1e6));
  return String(Math.floor(random() * 200));
}

function decimal(seed: number): string {
  const random = generator(seed);
  const digits = Array.from({ length: 1 + Math.floor(random() * 19) }, () => Math.floor(random() * 10)).join('');
  const text = `${pick(random, ['', '-'])}${pick(random, ['0', '1', '255'])}.${digits}`;
  return random() < 0.2 ? `${text}e${pick(random, ['', '-', '+'])}${Math.floor(random() * 40)}` : text;
}

function mutate(text: string, random: Random): string {
  if (random() < 0.5) return text;
  const at = Math.floor(random() * text.length);
  return (
    text.slice(0, at) +
    pick(random, ['', ',', ']', '}', '[', '{', '"', '0', ' ', '.', 'e', '-', ':']) +
    text.slice(at + pick(random, [0, 1]))
  );
}
