import { ARRAY } from './array.ts';
import { BINARY } from './binary.ts';
import { BLOCK } from './block.ts';
import { COMPLEX } from './complex.ts';
import { CONTROL } from './control.ts';
import { EINSUM } from './einsum.ts';
import { EXAMPLE } from './example.ts';
import { GATHER } from './gather.ts';
import { HASH } from './hash.ts';
import { IMAGE } from './image.ts';
import { JOIN } from './join.ts';
import { LIST } from './list.ts';
import { LOOKUP } from './lookup.ts';
import { MATMUL } from './matmul.ts';
import { MATRIX } from './matrix.ts';
import { MOVE } from './move.ts';
import { NN } from './nn.ts';
import type { OpRow } from './op.ts';
import { PARTITION } from './partition.ts';
import { REDUCE } from './reduce.ts';
import { SCATTER } from './scatter.ts';
import { SEGMENT } from './segment.ts';
import { SHAPE } from './shape.ts';
import { SLICE } from './slice.ts';
import { SPARSE } from './sparse.ts';
import { SPECIAL } from './special.ts';
import { STATE } from './state.ts';
import { TEXT } from './text.ts';
import { UNARY } from './unary.ts';
import { UNIQUE } from './unique.ts';
import { VOLUME } from './volume.ts';
import { WORDS } from './words.ts';

/** Every op that can run, by TensorFlow's name. A new op is a row in one of these tables. */
export const OPS: Record<string, OpRow> = {
  ...UNARY,
  ...BINARY,
  ...REDUCE,
  ...MATMUL,
  ...NN,
  ...SHAPE,
  ...MOVE,
  ...SLICE,
  ...JOIN,
  ...GATHER,
  ...CONTROL,
  ...STATE,
  ...EINSUM,
  ...LIST,
  ...TEXT,
  ...LOOKUP,
  ...EXAMPLE,
  ...SPARSE,
  ...BLOCK,
  ...WORDS,
  ...VOLUME,
  ...UNIQUE,
  ...SPECIAL,
  ...SEGMENT,
  ...SCATTER,
  ...PARTITION,
  ...MATRIX,
  ...IMAGE,
  ...HASH,
  ...COMPLEX,
  ...ARRAY,
};
