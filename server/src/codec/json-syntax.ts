import { invalidArgument } from './errors.ts';

/**
 * JSON over bytes by the rules, error texts and offsets of RapidJSON 1.1.0 as TF Serving sets it up (iterative, NaN and Infinity, stop
 * when the document is done). Nothing is built: nesting costs one array element a level, so 500,000 brackets end in an answer.
 */

/** Checks one value that starts at or after `at`; returns the offset after it. Text after it is not looked at. */
export function checkValue(bytes: Uint8Array, at: number): number {
  const objects: boolean[] = []; // true: inside an object, one per open bracket
  let state: State = 'start';
  let i = skipSpace(bytes, at);
  while (i < bytes.length && bytes[i] !== 0) {
    const c = bytes[i] as number;
    if (c === COMMA && (state === 'element' || state === 'member')) {
      state = state === 'element' ? 'nextElement' : 'nextMember';
      i++;
    } else if (c === COLON && state === 'key') {
      state = 'colon';
      i++;
    } else if (
      c === CLOSE_LIST
        ? state === 'list' || state === 'element'
        : c === CLOSE_OBJECT && (state === 'object' || state === 'member')
    ) {
      i++;
      objects.pop();
      if (objects.length === 0) return i;
      state = objects[objects.length - 1] ? 'member' : 'element';
    } else if (state === 'object' || state === 'nextMember') {
      if (c !== QUOTE) throw bracketError(state, i);
      i = checkString(bytes, i);
      state = 'key';
    } else if (
      !isStart(c) ||
      !(state === 'start' || state === 'colon' || state === 'list' || state === 'nextElement')
    ) {
      throw bracketError(state, i);
    } else if (c === OPEN_LIST || c === OPEN_OBJECT) {
      i++;
      objects.push(c === OPEN_OBJECT);
      state = c === OPEN_OBJECT ? 'object' : 'list';
    } else {
      i = checkScalar(bytes, i);
      if (objects.length === 0) return i;
      state = objects[objects.length - 1] ? 'member' : 'element';
    }
    i = skipSpace(bytes, i);
  }
  throw bracketError(state, i);
}

export function skipSpace(bytes: Uint8Array, at: number): number {
  let i = at;
  for (let c = bytes[i]; c === 32 || c === 10 || c === 13 || c === 9; c = bytes[i]) i++;
  return i;
}

/** The offset after the string that opens at `at`. */
export function checkString(bytes: Uint8Array, at: number): number {
  let i = at + 1;
  for (;;) {
    const c = bytes[i];
    if (c === QUOTE) return i + 1;
    if (c === BACKSLASH) i = checkEscape(bytes, i);
    else if (c === undefined || c === 0) throw parseError('Missing a closing quotation mark in string.', i);
    else if (c < 32) throw parseError('Invalid escape character in string.', i);
    else i++;
  }
}

/** The offset after the number at `at`; NaN, Inf and Infinity are numbers. */
export function checkNumber(bytes: Uint8Array, at: number): number {
  let i = bytes[at] === MINUS ? at + 1 : at;
  const first = bytes[i] as number;
  if (first === 78 /* N */ || first === 73 /* I */) return checkNonFinite(bytes, i);
  if (!isDigit(first)) throw parseError('Invalid value.', i);
  i++;
  if (first !== 48) while (isDigit(bytes[i] as number)) i++;
  const whole = i;
  let fraction = 0;
  if (bytes[i] === DOT) {
    const from = ++i;
    if (!isDigit(bytes[i] as number)) throw parseError('Miss fraction part in number.', i);
    while (isDigit(bytes[i] as number)) i++;
    fraction = i - from;
  }
  if (bytes[i] === 101 || bytes[i] === 69) {
    i++;
    const negative = bytes[i] === MINUS;
    if (negative || bytes[i] === 43) i++;
    if (!isDigit(bytes[i] as number)) throw parseError('Miss exponent in number.', i);
    let exponent = 0;
    for (; isDigit(bytes[i] as number); i++) exponent = Math.min(exponent * 10 + (bytes[i] as number) - 48, 1e9);
    if (!negative && exponent > 308 + fraction) throw parseError('Number too big to be stored in double.', at);
  }
  // Only very many digits can be too big by themselves; what an allowed exponent makes of the others may be Infinity.
  if (whole - at > 300 && !Number.isFinite(numberAt(bytes, at, whole))) {
    throw parseError('Number too big to be stored in double.', at);
  }
  return i;
}

export const isDigit = (c: number): boolean => c >= 48 && c <= 57;

/** The value of the number in bytes[at, end), correctly rounded. */
export function numberAt(bytes: Uint8Array, at: number, end: number): number {
  return Number(Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1'));
}

export const COMMA = 44;
export const COLON = 58;
export const QUOTE = 34;
export const BACKSLASH = 92;
export const OPEN_LIST = 91;
export const CLOSE_LIST = 93;
export const OPEN_OBJECT = 123;
export const CLOSE_OBJECT = 125;
export const MINUS = 45;
export const DOT = 46;

type State = 'start' | 'object' | 'key' | 'colon' | 'member' | 'nextMember' | 'list' | 'element' | 'nextElement';

function bracketError(state: State, at: number): Error {
  return parseError(EXPECTED[state], at);
}

const EXPECTED: Record<State, string> = {
  start: 'The document is empty.',
  object: 'Missing a name for object member.',
  nextMember: 'Missing a name for object member.',
  key: 'Missing a colon after a name of object member.',
  member: "Missing a comma or '}' after an object member.",
  colon: 'Invalid value.',
  list: 'Invalid value.',
  nextElement: 'Invalid value.',
  element: "Missing a comma or ']' after an array element.",
};

function parseError(text: string, at: number): Error {
  return invalidArgument(`JSON Parse error: ${text} at offset: ${at}`);
}

/** Anything that is not punctuation may begin a value; what it really is, its own check says. */
function isStart(c: number): boolean {
  return c !== COMMA && c !== COLON && c !== CLOSE_LIST && c !== CLOSE_OBJECT;
}

function checkScalar(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return checkString(bytes, at);
    case 116:
      return checkWord(bytes, at, 'true');
    case 102:
      return checkWord(bytes, at, 'false');
    case 110:
      return checkWord(bytes, at, 'null');
    default:
      return checkNumber(bytes, at);
  }
}

function checkWord(bytes: Uint8Array, at: number, word: string): number {
  for (let k = 1; k < word.length; k++) {
    if (bytes[at + k] !== word.charCodeAt(k)) throw parseError('Invalid value.', at + k);
  }
  return at + word.length;
}

function checkNonFinite(bytes: Uint8Array, at: number): number {
  const word = bytes[at] === 78 ? 'NaN' : 'Inf';
  const end = checkWord(bytes, at, word);
  return word === 'Inf' && bytes[end] === 105 ? checkWord(bytes, at, 'Infinity') : end;
}

function checkEscape(bytes: Uint8Array, at: number): number {
  const c = bytes[at + 1] as number;
  if (ESCAPES.includes(c)) return at + 2;
  if (c !== 117) throw parseError('Invalid escape character in string.', at);
  const unit = checkHex(bytes, at + 2, at);
  if (!isHighSurrogate(unit)) return at + 6;
  const paired = bytes[at + 6] === BACKSLASH && bytes[at + 7] === 117;
  if (!paired) throw parseError('The surrogate pair in string is invalid.', at);
  const low = checkHex(bytes, at + 8, at);
  if (low < 0xdc00 || low > 0xdfff) throw parseError('The surrogate pair in string is invalid.', at);
  return at + 12;
}

/** The second half of a pair may stand alone. */
export const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** `"` `\` `/` b f n r t */
const ESCAPES = [34, 92, 47, 98, 102, 110, 114, 116];

function checkHex(bytes: Uint8Array, at: number, start: number): number {
  let unit = 0;
  for (let k = 0; k < 4; k++) {
    const digit = HEX.indexOf(String.fromCharCode(bytes[at + k] ?? 0).toLowerCase());
    if (digit < 0) throw parseError('Incorrect hex digit after \\u escape in string.', start);
    unit = unit * 16 + digit;
  }
  return unit;
}

const HEX = '0123456789abcdef';
