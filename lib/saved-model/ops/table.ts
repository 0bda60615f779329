import { ARGMAX_POOL } from './argmax-pool.ts';
import { ARRAY } from './array.ts';
import { BINARY } from './binary.ts';
import { BLOCK } from './block.ts';
import { BOXES } from './boxes.ts';
import { COLOUR } from './colour.ts';
import { COMPLEX } from './complex.ts';
import { CONTROL } from './control.ts';
import { CROSS } from './cross.ts';
import { CTC } from './ctc.ts';
import { DECODE } from './decode.ts';
import { EINSUM } from './einsum.ts';
import { EXAMPLE } from './example.ts';
import { FOURIER } from './fourier.ts';
import { GATHER } from './gather.ts';
import { GRADIENT } from './gradient.ts';
import { withHalves, withOtherNumbers } from './half.ts';
import { HASH } from './hash.ts';
import { IMAGE } from './image.ts';
import { JOIN } from './join.ts';
import { LINEAR } from './linear.ts';
import { LIST } from './list.ts';
import { LIST_PARTS } from './list-parts.ts';
import { LOOKUP } from './lookup.ts';
import { MATMUL } from './matmul.ts';
import { MATRIX } from './matrix.ts';
import { MOVE } from './move.ts';
import { NN } from './nn.ts';
import type { OpRow } from './op.ts';
import { PARTITION } from './partition.ts';
import { PRINT } from './print.ts';
import { QUANTIZE } from './quantize.ts';
import { RAGGED_VARIANT } from './ragged-variant.ts';
import { RANDOM } from './random.ts';
import { REDUCE } from './reduce.ts';
import { RESAMPLE } from './resample.ts';
import { ROWS } from './rows.ts';
import { SCATTER } from './scatter.ts';
import { SEGMENT } from './segment.ts';
import { SHAPE } from './shape.ts';
import { SLICE } from './slice.ts';
import { SOUND } from './sound.ts';
import { SPARSE } from './sparse.ts';
import { SPARSE_VALUES } from './sparse-values.ts';
import { SPECIAL } from './special.ts';
import { STATE } from './state.ts';
import { TEXT } from './text.ts';
import { UNARY } from './unary.ts';
import { UNICODE } from './unicode.ts';
import { UNIQUE } from './unique.ts';
import { VOLUME } from './volume.ts';
import { WORDS } from './words.ts';

/** Every op that can run, by TensorFlow's name. A new op is a row in one of these tables. */
export const OPS: Record<string, OpRow> = {
  ...UNARY,
  ...BINARY,
  ...REDUCE,
  ...withHalves(MATMUL),
  ...withOtherNumbers(NN),
  ...SHAPE,
  ...MOVE,
  ...SLICE,
  ...JOIN,
  ...GATHER,
  ...CONTROL,
  ...STATE,
  ...withHalves(EINSUM),
  ...LIST,
  ...LIST_PARTS,
  ...TEXT,
  ...LOOKUP,
  ...EXAMPLE,
  ...SPARSE,
  ...BLOCK,
  ...WORDS,
  ...UNICODE,
  ...withOtherNumbers(VOLUME),
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
  ...DECODE,
  ...LINEAR,
  ...ROWS,
  ...BOXES,
  ...RESAMPLE,
  ...COLOUR,
  ...QUANTIZE,
  ...RANDOM,
  ...FOURIER,
  ...PRINT,
  ...SOUND,
  ...CTC,
  ...ARGMAX_POOL,
  ...SPARSE_VALUES,
  ...GRADIENT,
  ...CROSS,
  ...RAGGED_VARIANT,
};
