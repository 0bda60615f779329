import { boolAttr, intAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row, shapeText } from './op.ts';
import { integers, numbers } from './shape.ts';

/** What a network that reads lines or hears speech has said, of each time step its most probable letter. */
export const CTC: Record<string, OpRow> = {
  CTCGreedyDecoder: row(
    (node) =>
      ([scores, lengths]) =>
        greedy(node, scores as Value, numbers(lengths as Value)),
  ),
};

function greedy(node: FlatNode, scores: Value, lengths: number[]): Value[] {
  const [steps = 0, batch = 0, classes = 0] = scores.shape;
  if (scores.shape.length !== 3) throw refuse(node, `inputs is not a 3-Tensor: ${shapeText(scores.shape)}`);
  if (lengths.length !== batch)
    throw refuse(
      node,
      `len(sequence_length) != batch_size. len(sequence_length): ${lengths.length} batch_size: ${batch}`,
    );
  const long = lengths.findIndex((length) => length > steps);
  if (long >= 0) throw refuse(node, `sequence_length(${long}) <= ${steps}`);
  const from = onHost(scores) as Float32Array;
  const [given, merge] = [intAttr(node, 'blank_index', -1), boolAttr(node, 'merge_repeated', false)];
  const blank = given < 0 ? given + classes : given;
  const logs = newData(scores.dtype as DType, batch) as Float32Array;
  const rows = lengths.map((length, b) => {
    const letters: number[] = [];
    let last = -1;
    for (let t = 0; t < length; t++) {
      const start = (t * batch + b) * classes;
      let best = 0;
      for (let c = 1; c < classes; c++) if (from[start + c]! > from[start + best]!) best = c;
      logs[b]! -= from[start + best]!;
      if (best !== blank && !(merge && best === last)) letters.push(best);
      last = best;
    }
    return letters;
  });
  const flat = rows.flat();
  return [
    integers(
      'int64',
      rows.flatMap((letters, b) => letters.flatMap((_, i) => [b, i])),
      [flat.length, 2],
    ),
    integers('int64', flat),
    integers('int64', [batch, Math.max(0, ...rows.map((letters) => letters.length))]),
    hostValue(scores.dtype, [batch, 1], logs),
  ];
}
