/** What a message may hold, by field name: a list of fields of that message, or the kind of its values. */
export type MessageType = {
  name: string;
  fields: Record<string, FieldType>;
  /** Of an Any: the messages that may stand in it, written `[type.googleapis.com/NAME] { … }`, by name. */
  holds?: Record<string, MessageType>;
};
export type FieldType = {
  kind: 'string' | 'int' | 'double' | 'bool' | 'enum' | 'message' | 'map';
  many?: true;
  message?: () => MessageType;
  values?: Record<string, number>;
};
export type TextValue = string | bigint | number | boolean | TextMessage;
/** Each field with its values in the order of the text. */
export type TextMessage = Map<string, TextValue[]>;

/** A mistake in a text proto, with the place as protobuf prints it. */
export class TextProtoError extends Error {
  override name = 'TextProtoError';
  line: number;
  column: number;

  constructor(line: number, column: number, message: string) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/**
 * Reads protobuf's text format: `:` optional before `{`, `,` or `;` between fields, `#` comments, ' or " strings that may follow
 * one another, `[a, b]` lists, `< >` for `{ }`.
 */
export function parseTextProto(text: string, type: MessageType): TextMessage {
  return readFields(new Tokens(text), type, undefined);
}

type Token = { kind: 'word' | 'number' | 'string' | 'sign' | 'end'; text: string; line: number; column: number };

class Tokens {
  current: Token;
  #text: string;
  #at = 0;
  #line = 0;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
    this.current = this.#read();
  }

  next(): Token {
    const token = this.current;
    this.current = this.#read();
    return token;
  }

  take(sign: string): boolean {
    if (this.current.kind !== 'sign' || this.current.text !== sign) return false;
    this.next();
    return true;
  }

  fail(message: string, { line, column } = this.current): never {
    throw new TextProtoError(line + 1, column + 1, message);
  }

  #read(): Token {
    SPACE.lastIndex = this.#at;
    const skipped = SPACE.exec(this.#text)?.[0] ?? '';
    for (let i = 0; i < skipped.length; i++) {
      if (skipped[i] !== '\n') continue;
      this.#line++;
      this.#lineStart = this.#at + i + 1;
    }
    this.#at += skipped.length;
    const place = { line: this.#line, column: this.#at - this.#lineStart };
    if (this.#at >= this.#text.length) return { kind: 'end', text: '', ...place };
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (!match) throw new TextProtoError(place.line + 1, place.column + 1, 'Expected end of string or a valid token.');
    this.#at += match[0].length;
    const kind =
      match[1] !== undefined ? 'word' : match[2] !== undefined ? 'number' : match[3] !== undefined ? 'string' : 'sign';
    return { kind, text: match[0], ...place };
  }
}

const SPACE = /(?:\s|#[^\n]*)*/y;
const TOKEN =
  /([A-Za-z_]\w*)|((?:0[xX][\da-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)f?)|("(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')|[{}<>[\]:;,./-]/y;

function readFields(tokens: Tokens, type: MessageType, end: string | undefined): TextMessage {
  const message: TextMessage = new Map();
  while (!(end && tokens.take(end))) {
    if (tokens.current.kind === 'end') {
      if (end) tokens.fail(`Expected "${end}".`);
      return message;
    }
    if (type.holds && tokens.take('[')) readAny(tokens, type.holds, message);
    else readField(tokens, type, message);
    if (!tokens.take(',')) tokens.take(';');
  }
  return message;
}

function readField(tokens: Tokens, type: MessageType, message: TextMessage): void {
  const name = tokens.next();
  if (name.kind !== 'word') tokens.fail(`Expected identifier, got: ${name.text}`, name);
  const field = Object.hasOwn(type.fields, name.text) ? type.fields[name.text] : undefined;
  if (!field) tokens.fail(`Message type "${type.name}" has no field named "${name.text}".`, name);
  const values = message.get(name.text) ?? [];
  message.set(name.text, values);
  if (values.length > 0 && !(field as FieldType).many) {
    tokens.fail(`Non-repeated field "${name.text}" is specified multiple times.`, name);
  }
  const nested = (field as FieldType).message;
  const colon = tokens.take(':');
  if (!nested && !colon) tokens.fail(`Expected ":", found "${tokens.current.text}".`);
  if ((field as FieldType).many && tokens.take('[')) {
    while (!tokens.take(']')) {
      values.push(readValue(tokens, field as FieldType, name.text));
      if (!tokens.take(',') && tokens.current.text !== ']')
        tokens.fail(`Expected "]", found "${tokens.current.text}".`);
    }
  } else values.push(readValue(tokens, field as FieldType, name.text));
}

/** An Any's message is kept under `[NAME]`. */
function readAny(tokens: Tokens, holds: Record<string, MessageType>, message: TextMessage): void {
  const start = tokens.current;
  let url = '';
  while (!tokens.take(']')) {
    if (tokens.current.kind === 'end') tokens.fail('Expected "]".');
    url += tokens.next().text;
  }
  const name = url.slice(url.lastIndexOf('/') + 1);
  const type = Object.hasOwn(holds, name) ? holds[name] : undefined;
  if (!type) tokens.fail(`Could not find type "${url}" stored in google.protobuf.Any.`, start);
  tokens.take(':');
  message.set(`[${name}]`, [readValue(tokens, { kind: 'message', message: () => type as MessageType })]);
}

function readValue(tokens: Tokens, field: FieldType, name = ''): TextValue {
  if (field.message) {
    if (tokens.take('{')) return readFields(tokens, field.message(), '}');
    if (tokens.take('<')) return readFields(tokens, field.message(), '>');
    return tokens.fail(`Expected "{", found "${tokens.current.text}".`);
  }
  if (field.kind === 'string') return readString(tokens);
  const negative = tokens.take('-');
  const token = tokens.next();
  if (field.kind === 'enum') {
    const number = token.kind === 'number' ? Number(token.text) : field.values?.[token.text];
    return number ?? tokens.fail(`Unknown enumeration value of "${token.text}" for field "${name}".`, token);
  }
  if (field.kind === 'bool') {
    if (TRUE.has(token.text)) return true;
    return FALSE.has(token.text)
      ? false
      : tokens.fail(`Invalid value for boolean field "${name}". Value: "${token.text}".`, token);
  }
  if (token.kind !== 'number' || (field.kind === 'int' && !/^(0x[\da-f]+|\d+)$/i.test(token.text))) {
    return tokens.fail(`Expected ${field.kind === 'int' ? 'integer' : 'double'}, got: ${token.text}`, token);
  }
  if (field.kind === 'double') return (negative ? -1 : 1) * Number.parseFloat(token.text);
  const value = BigInt(/^0[0-7]+$/.test(token.text) ? `0o${token.text.slice(1)}` : token.text);
  return negative ? -value : value;
}

const TRUE = new Set(['true', 'True', 't', '1']);
const FALSE = new Set(['false', 'False', 'f', '0']);

function readString(tokens: Tokens): string {
  if (tokens.current.kind !== 'string') tokens.fail(`Expected string, got: ${tokens.current.text}`);
  let text = '';
  while (tokens.current.kind === 'string') text += unquote(tokens.next().text.slice(1, -1));
  return text;
}

/** C's escapes; \ooo and \xhh are bytes of UTF-8. */
function unquote(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = Buffer.from(text)
    .toString('latin1')
    .replace(/\\(?:([0-7]{1,3})|x([\da-fA-F]{1,2})|(.))/gs, (_, octal, hex, letter) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return LETTERS[letter as string] ?? (letter as string);
    });
  return Buffer.from(bytes, 'latin1').toString();
}

const LETTERS: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' };
