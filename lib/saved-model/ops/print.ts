import { intAttr, textAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost, retain } from '../device.ts';
import type { FlatNode } from '../graph.ts';
import type { OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { latin, realText, strings } from './text.ts';

/** tf.print left in a model: its lines go to standard error, as TensorFlow's do. */
export const PRINT: Record<string, OpRow> = {
  StringFormat: row((node) => (inputs) => hostValue('string', [], [Buffer.from(format(node, inputs), 'latin1')])),
  PrintV2: {
    effect: true,
    make: (node) => {
      const end = textAttr(node, 'end', '\n');
      return ([text]) => {
        process.stderr.write(
          Buffer.from(
            strings(text as Value)
              .map(latin)
              .join('') + end,
            'latin1',
          ),
        );
        return [];
      };
    },
  },
  // TF1's tf.Print passes its first input on.
  Print: {
    effect: true,
    make: (node) => {
      let left = intAttr(node, 'first_n', -1);
      return ([x, ...data]) => {
        if (left !== 0) {
          const shown = data.map((value) => `[${flat(value, intAttr(node, 'summarize', 3))}]`).join('');
          process.stderr.write(`${textAttr(node, 'message', '')}${shown}\n`);
          left--;
        }
        return retain(x as Value);
      };
    },
  },
};

function format(node: FlatNode, inputs: Value[]): string {
  const placeholder = textAttr(node, 'placeholder', '%s');
  const most = intAttr(node, 'summarize', 3);
  const parts = latin(node.attr.get('template')?.s ?? Buffer.from('%s')).split(placeholder);
  if (parts.length !== inputs.length + 1)
    throw refuse(
      node,
      `num placeholders in template and num inputs must match: ${parts.length - 1} vs. ${inputs.length}`,
    );
  return parts.map((part, i) => part + (inputs[i] ? summary(inputs[i], most) : '')).join('');
}

/** As Tensor::SummarizeValue prints it: `most` at both ends of each dimension. */
function summary(value: Value, most: number): string {
  const items = texts(value);
  const print = (axis: number, start: number, size: number): string => {
    const dim = value.shape[axis];
    if (dim === undefined) return items[start] ?? '';
    const inner = size / Math.max(dim, 1);
    const cut = most >= 0 && dim > 2 * most;
    const shown = Array.from({ length: dim }, (_, i) => i).filter((i) => !cut || i < most || i >= dim - most);
    const lines = shown.map((i) => print(axis + 1, start + i * inner, inner));
    if (cut) lines.splice(most, 0, '...');
    const deeper = value.shape.length - axis - 1;
    const between = deeper > 0 ? `${'\n'.repeat(deeper)}${' '.repeat(axis + 1)}` : ' ';
    return `[${lines.join(between)}]`;
  };
  return print(0, 0, items.length);
}

/** As TF1 prints it: the first ones in a row. */
function flat(value: Value, most: number): string {
  const items = texts(value);
  return items.slice(0, most).join(' ') + (items.length > most ? '...' : '');
}

function texts(value: Value): string[] {
  const { dtype } = value;
  if (dtype === 'variant') return ['<Variant>'];
  if (dtype === 'string') return strings(value).map((bytes) => `"${latin(bytes)}"`);
  return Array.from(onHost(value) as ArrayLike<number | bigint>, (item) =>
    /^(float|bfloat)/.test(dtype) ? shortest(item as number, dtype === 'float64') : String(item),
  );
}

/** As few digits as say it: six, or nine if those are another number. */
function shortest(number: number, double: boolean): string {
  const text = realText(number, 'g', double ? 15 : 6);
  const read = double ? Number(text) : Math.fround(Number(text));
  return read === number || !Number.isFinite(number) ? text : realText(number, 'g', double ? 17 : 9);
}
