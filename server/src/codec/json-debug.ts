import { elements, integerOf, type Json, members, numberOf, stringAt, typeOf } from './json-value.ts';
import { PrettyWriter } from './pretty-writer.ts';

/** How TF Serving prints a JSON value in an error: pretty, lists on one line, and no new token once 256 bytes are written. */
export function debugText(value: Json): string {
  const writer = new PrettyWriter();
  writer.singleLine = true;
  print(value, writer);
  return Buffer.from(writer.text, 'latin1').toString();
}

const LIMIT = 256;

/** false: the limit is reached, and everything above stops too (so recursion is at most 257 deep). */
function print(value: Json, writer: PrettyWriter): boolean {
  if (writer.text.length >= LIMIT) return false;
  switch (typeOf(value)) {
    case 'Null':
      return writer.raw('null');
    case 'True':
      return writer.raw('true');
    case 'False':
      return writer.raw('false');
    case 'String':
      return writer.string(stringAt(value));
    case 'Number':
      return printNumber(value, writer);
    case 'Array':
      writer.startList();
      for (const item of elements(value)) if (!print(item, writer)) return false;
      return writer.text.length < LIMIT && writer.endList();
    case 'Object':
      writer.startObject();
      for (const { name, value: item } of members(value)) {
        if (writer.text.length >= LIMIT) return false;
        writer.key(name);
        if (!print(item, writer)) return false;
      }
      return writer.text.length < LIMIT && writer.endObject();
  }
}

function printNumber(value: Json, writer: PrettyWriter): boolean {
  const integer = integerOf(value);
  if (integer !== undefined) return writer.raw(String(integer));
  const number = numberOf(value);
  // RapidJSON's Double() takes its place in the list, then refuses NaN and Infinity: the text ends there.
  if (!Number.isFinite(number)) {
    writer.raw('');
    return false;
  }
  const text = Object.is(number, -0) ? '-0' : String(number).replace('e+', 'e');
  return writer.raw(/[.e]/.test(text) ? text : `${text}.0`);
}
