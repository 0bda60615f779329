import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newData } from '../../../lib/saved-model/dtype.ts';
import type { DType, HostTensor } from '../../../lib/saved-model/value.ts';

/** What write_models.py recorded: a signature, inputs, and TensorFlow's outputs. */
export type Case = { signature: string; inputs: Record<string, HostTensor>; outputs: Record<string, HostTensor> };

type Plain = { dtype: DType; shape: number[]; values: string[] };

export function readCases(folder: string): Case[] {
  const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
  return cases.map((item: { signature: string; inputs: Record<string, Plain>; outputs: Record<string, Plain> }) => ({
    signature: item.signature,
    inputs: mapValues(item.inputs),
    outputs: mapValues(item.outputs),
  }));
}

/** How far apart two tensors are, in words; undefined when they agree (integers and strings exactly). */
export function difference(
  actual: HostTensor | undefined,
  expected: HostTensor,
  tolerance: number,
): string | undefined {
  if (!actual) return 'is missing';
  if (actual.dtype !== expected.dtype) return `is ${actual.dtype}, not ${expected.dtype}`;
  if (String(actual.shape) !== String(expected.shape)) return `has shape [${actual.shape}], not [${expected.shape}]`;
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [actual.data[i]!, expected.data[i]!];
    if (b instanceof Uint8Array) {
      if (Buffer.compare(a as Uint8Array, b) !== 0)
        return `[${i}] is ${JSON.stringify(String(a))}, not ${JSON.stringify(String(b))}`;
    } else if (/^(float|bfloat|complex)/.test(expected.dtype)) {
      const gap = Math.abs((a as number) - (b as number));
      const same = Object.is(a, b) || a === b || gap <= tolerance * Math.max(1, Math.abs(b as number));
      if (!same) return `[${i}] is ${a}, not ${b}`;
    } else if (a !== b) return `[${i}] is ${a}, not ${b}`;
  }
  return undefined;
}

function mapValues(tensors: Record<string, Plain>): Record<string, HostTensor> {
  return Object.fromEntries(Object.entries(tensors).map(([key, value]) => [key, toTensor(value)]));
}

function toTensor({ dtype, shape, values }: Plain): HostTensor {
  const data = newData(dtype, values.length / (dtype.startsWith('complex') ? 2 : 1)) as unknown[];
  values.forEach((text, i) => {
    if (dtype === 'string') data[i] = new Uint8Array(Buffer.from(text, 'base64'));
    else if (dtype === 'int64' || dtype === 'uint64') data[i] = BigInt(text);
    else
      data[i] = text === 'inf' ? Number.POSITIVE_INFINITY : text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text);
  });
  return { dtype, shape, data: data as unknown as HostTensor['data'] };
}
