import { textAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { release, reshaped } from '../device.ts';
import { sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import { newNode } from '../graph.ts';
import { MATMUL } from './matmul.ts';
import type { Env, Kernel, OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { permute, pick, stepIndex, stridesOf } from './places.ts';
import { REDUCE } from './reduce.ts';
import { integers } from './shape.ts';

/** Sums of products over named axes (attention): a product of stacked matrices between two reorderings. */
export const EINSUM: Record<string, OpRow> = { Einsum: row((node, env) => einsum(node, env)) };

function einsum(node: FlatNode, env: Env): Kernel {
  const [terms = '', result = ''] = textAttr(node, 'equation', '').replaceAll(' ', '').split('->');
  const labels = terms.split(',');
  const multiply = (MATMUL.BatchMatMulV2 as OpRow).make(newNode(node.name, 'BatchMatMulV2'), env);
  const sum = (REDUCE.Sum as OpRow).make(newNode(node.name, 'Sum'), env);
  return (inputs) => {
    const given = inputs.map((value, i) => named(node, value, labels[i] ?? ''));
    const dots =
      given.map(({ axes }) => axes.filter((axis) => axis < 'A')).sort((a, b) => b.length - a.length)[0] ?? [];
    const out = expand(result, dots);
    const reduced = given.map((one, i) =>
      sumAlone(one, [...out, ...given.filter((_, n) => n !== i).flatMap(({ axes }) => axes)], sum),
    );
    if (reduced.length === 1) return arrange(node, reduced[0] as Named, out);
    if (reduced.length !== 2) throw refuse(node, `Einsum of ${reduced.length} tensors is not supported`);
    return product(node, reduced as [Named, Named], out, multiply as (inputs: Value[]) => Value);
  };
}

/** A tensor whose axes have letters; those under an ellipsis are called by digits. */
type Named = { value: Value; axes: string[]; own?: boolean };

function named(node: FlatNode, value: Value, label: string): Named {
  const hidden = value.shape.length - label.replace('...', '').length;
  const dots = Array.from({ length: Math.max(0, hidden) }, (_, i) => String(hidden - 1 - i));
  const axes = expand(label, dots);
  if (axes.length !== value.shape.length)
    throw refuse(node, `Expected input to have rank ${axes.length} but got ${value.shape.length}`);
  const each = [...new Set(axes)];
  return each.length === axes.length ? { value, axes } : diagonal(node, value, axes, each);
}

/** Of axes with the same letter: one step goes along all of them. */
function diagonal(node: FlatNode, value: Value, axes: string[], each: string[]): Named {
  const strides = stridesOf(value.shape);
  const shape = each.map((axis) => value.shape[axes.indexOf(axis)] as number);
  const steps = each.map((axis) => strides.reduce((sum, stride, i) => (axes[i] === axis ? sum + stride : sum), 0));
  const odd = axes.find((axis, i) => value.shape[i] !== shape[each.indexOf(axis)]);
  if (odd) throw refuse(node, `Einsum: the axes of the repeated label ${odd} are not of one size: [${value.shape}]`);
  return { value: pick(value, shape, stepIndex(shape, steps)), axes: each, own: true };
}

function expand(label: string, dots: string[]): string[] {
  const [before = '', after] = label.split('...');
  return after === undefined ? [...label] : [...before, ...dots, ...after];
}

function sumAlone({ value, axes, own }: Named, kept: string[], sum: Kernel): Named {
  const alone = axes.map((axis, i) => (kept.includes(axis) ? -1 : i)).filter((i) => i >= 0);
  if (alone.length === 0) return { value, axes, own };
  const total = sum([value, integers('int32', alone)]) as Value;
  if (own) release(value);
  return { value: total, axes: axes.filter((axis) => kept.includes(axis)), own: true };
}

function arrange(node: FlatNode, { value, axes, own }: Named, out: string[]): Value {
  const perm = out.map((axis) => axes.indexOf(axis));
  if (perm.includes(-1)) throw refuse(node, `Einsum: an output label is not in the input`);
  const result = permute(value, perm);
  if (own) release(value);
  return result;
}

function product(node: FlatNode, [a, b]: [Named, Named], out: string[], multiply: (inputs: Value[]) => Value): Value {
  const size = (axis: string) => Math.max(...[a, b].map(({ value, axes }) => value.shape[axes.indexOf(axis)] ?? 1));
  const both = a.axes.filter((axis) => b.axes.includes(axis));
  const batch = both.filter((axis) => out.includes(axis));
  const inner = both.filter((axis) => !out.includes(axis));
  const [left, right] = [a, b].map(({ axes }) => axes.filter((axis) => !both.includes(axis))) as [string[], string[]];
  for (const { value, axes } of [a, b]) {
    const odd = axes.find((axis, i) => value.shape[i] !== size(axis));
    if (odd) throw refuse(node, `Einsum: dimension ${odd} is both ${value.shape[axes.indexOf(odd)]} and ${size(odd)}`);
  }
  const count = (axes: string[]) => sizeOf(axes.map(size));
  const matrix = ({ value, axes, own }: Named, rows: string[], columns: string[]) => {
    const ordered = permute(
      value,
      [...batch, ...rows, ...columns].map((axis) => axes.indexOf(axis)),
    );
    const shaped = reshaped(ordered, [count(batch), count(rows), count(columns)]);
    release(ordered);
    if (own) release(value);
    return shaped;
  };
  const [x, y] = [matrix(a, left, inner), matrix(b, inner, right)];
  const flat = multiply([x, y]);
  release(x);
  release(y);
  const axes = [...batch, ...left, ...right];
  const full = reshaped(flat, axes.map(size));
  release(flat);
  return arrange(node, { value: full, axes, own: true }, out);
}
