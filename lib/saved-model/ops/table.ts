import { BINARY } from './binary.ts';
import { BLOCK } from './block.ts';
import { CONTROL } from './control.ts';
import { EINSUM } from './einsum.ts';
import { EXAMPLE } from './example.ts';
import { GATHER } from './gather.ts';
import { JOIN } from './join.ts';
import { LIST } from './list.ts';
import { LOOKUP } from './lookup.ts';
import { MATMUL } from './matmul.ts';
import { MOVE } from './move.ts';
import { NN } from './nn.ts';
import type { OpRow } from './op.ts';
import { REDUCE } from './reduce.ts';
import { SHAPE } from './shape.ts';
import { SLICE } from './slice.ts';
import { SPARSE } from './sparse.ts';
import { STATE } from './state.ts';
import { TEXT } from './text.ts';
import { UNARY } from './unary.ts';

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
};
