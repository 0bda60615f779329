import { boolAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import type { FlatNode } from '../graph.ts';
import type { Kernel, OpRow } from './op.ts';
import { refuse, row, shapeText } from './op.ts';
import { checkSize, integers } from './shape.ts';

/** Of boxes that overlap the best one, as models that find things in pictures end with. */
export const BOXES: Record<string, OpRow> = {
  NonMaxSuppressionV2: row((node) => (inputs) => chosen(node, inputs).indices),
  NonMaxSuppressionV3: row((node) => (inputs) => chosen(node, inputs).indices),
  NonMaxSuppressionV4: row((node) => (inputs) => {
    const { indices, valid } = chosen(node, inputs);
    return [indices, valid];
  }),
  NonMaxSuppressionV5: row((node) => (inputs) => {
    const { indices, scores, valid } = chosen(node, inputs);
    return [indices, scores, valid];
  }),
  CombinedNonMaxSuppression: row((node) => combined(node)),
};

type Limits = { most: number; overlap: number; least: number; sigma: number };
type Chosen = { index: number; score: number };

function chosen(node: FlatNode, [boxes, scores, ...rest]: Value[]): Record<'indices' | 'scores' | 'valid', Value> {
  const given = boxes as Value;
  if (given.shape.length !== 2 || given.shape[1] !== 4)
    throw refuse(node, `boxes must be [n, 4]: ${shapeText(given.shape)}`);
  const [most, overlap, least = -Infinity, sigma = 0] = rest.map((value) => Number(onHost(value)[0]));
  const limits = { most: most as number, overlap: overlap as number, least, sigma };
  const list = select(onHost(given) as Float32Array, onHost(scores as Value) as Float32Array, limits);
  const valid = integers('int32', [list.length], []);
  if (boolAttr(node, 'pad_to_max_output_size', false)) {
    checkSize(node, [limits.most]);
    while (list.length < limits.most) list.push({ index: 0, score: 0 });
  }
  const kept = Float32Array.from(list, ({ score }) => score);
  const indices = integers(
    'int32',
    list.map(({ index }) => index),
  );
  return { indices, scores: hostValue('float32', [list.length], kept), valid };
}

/** With a sigma, a box that overlaps better ones is not dropped: its score falls, and its turn comes later. */
function select(boxes: Float32Array, scores: Float32Array, { most, overlap, least, sigma }: Limits): Chosen[] {
  const queue = Array.from(scores, (score, index) => ({ index, score, seen: 0 })).filter(({ score }) => score > least);
  const later = (a: Chosen, b: Chosen) => b.score - a.score || a.index - b.index;
  queue.sort(later);
  const list: Chosen[] = [];
  while (list.length < most && queue.length > 0) {
    const next = queue.shift()!;
    const before = next.score;
    let dropped = false;
    for (let i = list.length - 1; i >= next.seen && !dropped && next.score > least; i--) {
      const common = overlapOf(boxes, next.index, list[i]!.index);
      if (sigma > 0) next.score = Math.fround(next.score * Math.exp((-0.5 / sigma) * common * common));
      else dropped = common > overlap;
    }
    next.seen = list.length;
    if (dropped) continue;
    if (next.score === before) list.push(next);
    else if (next.score > least) {
      queue.push(next);
      queue.sort(later);
    }
  }
  return list;
}

/** Class by class for each picture, then the best of all. */
function combined(node: FlatNode): Kernel {
  const [perClass, clip] = [boolAttr(node, 'pad_per_class', false), boolAttr(node, 'clip_boxes', true)];
  return ([boxes, scores, each, total, overlap, least]) => {
    const [batch, count, shared] = (boxes as Value).shape as [number, number, number];
    const classes = (scores as Value).shape[2] as number;
    const [most, all, limit, lowest] = [each, total, overlap, least].map((value) =>
      Number(onHost(value as Value)[0]),
    ) as [number, number, number, number];
    const size = perClass ? Math.min(all, most * classes) : all;
    checkSize(node, [batch, size, 4]);
    const [from, score] = [onHost(boxes as Value) as Float32Array, onHost(scores as Value) as Float32Array];
    const outBoxes = new Float32Array(batch * size * 4);
    const [outScores, outClasses] = [new Float32Array(batch * size), new Float32Array(batch * size)];
    const valid = new Int32Array(batch);
    for (let n = 0; n < batch; n++) {
      const found: (Chosen & { kind: number; box: Float32Array })[] = [];
      for (let kind = 0; kind < classes; kind++) {
        const own = new Float32Array(count * 4);
        for (let i = 0; i < count; i++) {
          const at = ((n * count + i) * shared + (shared > 1 ? kind : 0)) * 4;
          own.set(from.subarray(at, at + 4), 4 * i);
        }
        const points = Float32Array.from(
          { length: count },
          (_, i) => score[(n * count + i) * classes + kind] as number,
        );
        const limits = { most, overlap: limit, least: lowest, sigma: 0 };
        for (const one of select(own, points, limits))
          found.push({ ...one, kind, box: own.subarray(4 * one.index, 4 * one.index + 4) });
      }
      found.sort((a, b) => b.score - a.score);
      const best = found.slice(0, size);
      valid[n] = best.length;
      for (const [i, one] of best.entries()) {
        outBoxes.set(clip ? one.box.map((x) => Math.min(1, Math.max(0, x))) : one.box, (n * size + i) * 4);
        outScores[n * size + i] = one.score;
        outClasses[n * size + i] = one.kind;
      }
    }
    return [
      hostValue('float32', [batch, size, 4], outBoxes),
      hostValue('float32', [batch, size], outScores),
      hostValue('float32', [batch, size], outClasses),
      hostValue('int32', [batch], valid),
    ];
  };
}

/** Intersection over union. */
function overlapOf(boxes: Float32Array, a: number, b: number): number {
  const side = (box: number, axis: number): [number, number] => {
    const [p, q] = [boxes[4 * box + axis] as number, boxes[4 * box + axis + 2] as number];
    return p < q ? [p, q] : [q, p];
  };
  const area = (box: number) =>
    [0, 1].map((axis) => side(box, axis)).reduce((size, [low, high]) => size * (high - low), 1);
  const common = [0, 1].reduce((size, axis) => {
    const [[low, high], [low2, high2]] = [side(a, axis), side(b, axis)];
    return size * Math.max(0, Math.min(high, high2) - Math.max(low, low2));
  }, 1);
  return area(a) <= 0 || area(b) <= 0 ? 0 : common / (area(a) + area(b) - common);
}
