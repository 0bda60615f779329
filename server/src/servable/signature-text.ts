import type { SignatureDef, TensorInfoProto } from '../../../lib/saved-model/schema.ts';
import { enumName } from '../codec/dtype-name.ts';
import { byBytes } from '../codec/predict-request.ts';

/** A SignatureDef in protobuf's text format, as DebugString prints it. */
export function signatureText({ inputs, outputs, method_name }: SignatureDef): string {
  const lines = [...infoLines('inputs', inputs), ...infoLines('outputs', outputs)];
  if (method_name !== '') lines.push(`method_name: ${quote(method_name)}`);
  return lines.map((line) => `${line}\n`).join('');
}

function infoLines(side: string, infos: ReadonlyMap<string, TensorInfoProto>): string[] {
  const names = [...infos.keys()].sort(byBytes);
  return names.flatMap((name) => {
    const value = block('value', infoText(infos.get(name) as TensorInfoProto));
    return block(side, [`key: ${quote(name)}`, ...value]);
  });
}

function infoText({ name, dtype, tensor_shape: shape }: TensorInfoProto): string[] {
  const lines = name === '' ? [] : [`name: ${quote(name)}`];
  if (dtype !== 0) lines.push(`dtype: ${enumName(dtype)}`);
  if (!shape) return lines;
  const dims = shape.dim.flatMap(({ size, name: label }) =>
    block('dim', [...(size === 0 ? [] : [`size: ${size}`]), ...(label === '' ? [] : [`name: ${quote(label)}`])]),
  );
  return [...lines, ...block('tensor_shape', [...dims, ...(shape.unknown_rank ? ['unknown_rank: true'] : [])])];
}

const block = (name: string, lines: string[]): string[] => [`${name} {`, ...lines.map((line) => `  ${line}`), '}'];

function quote(text: string): string {
  return `"${text.replace(/["'\\]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}
