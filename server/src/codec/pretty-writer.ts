/**
 * RapidJSON's PrettyWriter: 4 blanks a level, and lists on one line while `singleLine` is on. `text` holds one character per byte
 * (latin1), because string tensors need not be UTF-8 and go out as they are.
 */
export class PrettyWriter {
  text = '';
  singleLine = false;
  #levels: { list: boolean; count: number }[] = [];

  startList(): true {
    this.#prefix();
    this.text += '[';
    this.#levels.push({ list: true, count: 0 });
    return true;
  }

  endList(): true {
    if ((this.#levels.pop() as { count: number }).count > 0 && !this.singleLine) this.text += this.#newLine();
    this.text += ']';
    return true;
  }

  startObject(): true {
    this.#prefix();
    this.text += '{';
    this.#levels.push({ list: false, count: 0 });
    return true;
  }

  endObject(): true {
    if ((this.#levels.pop() as { count: number }).count > 0) this.text += this.#newLine();
    this.text += '}';
    return true;
  }

  key(name: string): true {
    return this.string(Buffer.from(name));
  }

  /** A value that is text already: a number, true, null. */
  raw(text: string): true {
    this.#prefix();
    this.text += text;
    return true;
  }

  string(bytes: Buffer): true {
    this.#prefix();
    this.text += quote(bytes.toString('latin1'));
    return true;
  }

  #prefix(): void {
    const level = this.#levels[this.#levels.length - 1];
    if (!level) return;
    if (level.list) {
      if (level.count > 0) this.text += this.singleLine ? ', ' : ',';
      if (!this.singleLine) this.text += this.#newLine();
    } else if (level.count % 2 === 1) {
      this.text += ': ';
    } else {
      this.text += (level.count > 0 ? ',' : '') + this.#newLine();
    }
    level.count++;
  }

  #newLine(): string {
    const depth = this.#levels.length;
    NEW_LINES[depth] ??= `\n${'    '.repeat(depth)}`;
    return NEW_LINES[depth] as string;
  }
}

const NEW_LINES: string[] = [];

/** RapidJSON escapes what JSON demands, with upper-case hex digits, and nothing else. */
export function quote(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`;
  return `"${text.replace(ALL_ESCAPES, (c) => ESCAPES[c] ?? `\\u00${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)}"`;
}

const NEEDS_ESCAPE = /["\\\x00-\x1f]/;
const ALL_ESCAPES = /["\\\x00-\x1f]/g;
const ESCAPES: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
