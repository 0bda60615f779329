import { escapeHtml } from './escape.ts';

/** Text that shows itself as what it is; filled in elsewhere it goes in as it stands, since it was escaped once. */
export class Markup {
  readonly type: string;
  readonly text: string;

  constructor(type: string, text: string) {
    this.type = type;
    this.text = text;
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return { [this.type]: this.text, 'text/plain': this.text };
  }

  /** Inside of an array or object. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.text;
  }

  toString(): string {
    return this.text;
  }
}

type Tag = (strings: TemplateStringsArray, ...values: unknown[]) => Markup;

/** HTML; what is filled in is text, unless it is html`…`, svg`…` or an element. */
export const html: Tag = tag('text/html', escapeHtml, ['text/html', 'image/svg+xml']);
/** An SVG drawing. */
export const svg: Tag = tag('image/svg+xml', escapeHtml, ['image/svg+xml']);
/** Markdown; what is filled in loses its special meaning. */
export const md: Tag = tag('text/markdown', (value) => String(value).replace(/[\\`*_{}[\]()#+\-.!|<>~$]/g, '\\$&'), [
  'text/markdown',
  'text/html',
]);
/** A formula, set on a line of its own; backslashes need no doubling. */
export const tex: Tag = (strings, ...values) => {
  const inner = join(strings.raw, values, escapeTex, ['text/latex']);
  return new Markup('text/latex', /^\s*(\$|\\begin|\\\[)/.test(inner) ? inner : `$$${inner}$$`);
};

function tag(type: string, escaped: (value: unknown) => string, trusted: string[]): Tag {
  return (strings, ...values) => new Markup(type, join(strings, values, escaped, trusted));
}

function join(
  strings: readonly string[],
  values: unknown[],
  escaped: (value: unknown) => string,
  trusted: string[],
): string {
  const fill = (value: unknown): string => {
    if (Array.isArray(value)) return value.map(fill).join('');
    if (value === undefined || value === null || value === false) return '';
    if (value instanceof Markup) return trusted.includes(value.type) ? value.text : escaped(value.text);
    if (typeof value === 'object' && 'outerHTML' in value && trusted.includes('text/html'))
      return String(value.outerHTML);
    return escaped(value);
  };
  return strings.map((text, index) => text + (index < values.length ? fill(values[index]) : '')).join('');
}

function escapeTex(value: unknown): string {
  const named: Record<string, string> = { '\\': '\\backslash{}', '^': '\\hat{}', '~': '\\sim{}' };
  return String(value).replace(/[\\^~&%$#_{}]/g, (char) => named[char] ?? `\\${char}`);
}
