/** A model's entry in a model config file, and changes to it that leave everything else as its author wrote it. */
export type ModelBlock = { basePath: string; labels: Map<string, string>; start: number; end: number };

/** @throws with the names that there are when the file has no model of that name */
export function findModel(text: string, name: string): ModelBlock {
  const lists = fields(text, 0, text.length).filter((field) => field.name === 'model_config_list');
  const models = lists.flatMap((list) => inside(text, list)).filter((field) => field.name === 'config');
  const names = models.map((model) => scalar(text, inside(text, model), 'name'));
  const model = models[names.indexOf(name)];
  if (!model) throw new Error(`no model "${name}" in the model config file; there are: ${names.join(', ') || 'none'}`);
  const parts = inside(text, model);
  const entries = parts.filter((part) => part.name === 'version_labels').map((part) => inside(text, part));
  const labels = new Map(entries.map((entry) => [scalar(text, entry, 'key'), scalar(text, entry, 'value')]));
  return { basePath: scalar(text, parts, 'base_path'), labels, start: model.from, end: model.to };
}

/** The file's text with the label on that version. */
export function withLabel(text: string, name: string, label: string, version: string): string {
  const isOld = (part: Field): boolean =>
    part.name === 'version_labels' && scalar(text, inside(text, part), 'key') === label;
  return replace(text, name, isOld, `version_labels { key: ${JSON.stringify(label)} value: ${version} }`);
}

/** The file's text with these versions, and no others, to be served. */
export function withVersions(text: string, name: string, versions: readonly string[]): string {
  const list = versions.map((version) => `versions: ${version}`).join(' ');
  const isOld = (part: Field): boolean => part.name === 'model_version_policy';
  return replace(text, name, isOld, `model_version_policy { specific { ${list} } }`);
}

/** `from` and `to` are what stands between the braces, or the scalar itself. */
type Field = { name: string; start: number; end: number; from: number; to: number };

function replace(text: string, name: string, isOld: (part: Field) => boolean, line: string): string {
  const { start, end } = findModel(text, name);
  const old = fields(text, start, end).filter(isOld);
  const first = old[0];
  if (first) {
    let changed = text;
    for (const part of old.slice(1).reverse()) changed = changed.slice(0, part.start) + changed.slice(part.end);
    return changed.slice(0, first.start) + line + changed.slice(first.end);
  }
  // A line of its own, indented as the entry's last one.
  const body = text.slice(start, end).trimEnd();
  const indent = /\n([ \t]*)\S[^\n]*$/.exec(body)?.[1];
  const before = text.slice(0, start) + body;
  return `${before}${indent === undefined ? ' ' : `\n${indent}`}${line}${text.slice(before.length, end) || ' '}${text.slice(end)}`;
}

const inside = (text: string, field: Field): Field[] => fields(text, field.from, field.to);

function scalar(text: string, parts: Field[], name: string): string {
  const part = parts.find((field) => field.name === name);
  return part ? text.slice(part.from, part.to).replace(/^(["'])(.*)\1$/s, '$2') : '';
}

/** The fields of one level, in their order; nested braces, strings and comments are skipped over. */
function fields(text: string, from: number, to: number): Field[] {
  const found: Field[] = [];
  for (let at = skip(text, from, to); at < to; at = skip(text, at, to)) {
    const name = /[\w]+/y;
    name.lastIndex = at;
    const word = name.exec(text)?.[0];
    if (!word) throw new Error(`the model config file has ${JSON.stringify(text[at])} where a field should begin`);
    let value = skip(text, at + word.length, to);
    if (text[value] === ':') value = skip(text, value + 1, to);
    const nested = /[{<[]/.test(text[value] ?? '');
    const end = nested ? close(text, value, to) : token(text, value);
    found.push({ name: word, start: at, end, from: nested ? value + 1 : value, to: nested ? end - 1 : end });
    at = end;
  }
  return found;
}

/** Blanks, comments and separators. */
function skip(text: string, at: number, to: number): number {
  const pattern = /(?:[\s,;]|#[^\n]*)*/y;
  pattern.lastIndex = at;
  return Math.min(to, at + (pattern.exec(text)?.[0].length ?? 0));
}

function token(text: string, at: number): number {
  const pattern = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;#{}<>[\]]+/sy;
  pattern.lastIndex = at;
  const length = pattern.exec(text)?.[0].length;
  if (!length) throw new Error('the model config file ends in the middle of a field');
  return at + length;
}

/** The offset after the bracket that closes the one at `at`. */
function close(text: string, at: number, to: number): number {
  let depth = 0;
  for (let i = at; i < to; ) {
    const c = text[i] as string;
    if (c === '"' || c === "'") i = token(text, i);
    else if (c === '#') i = skip(text, i, to);
    else {
      if ('{<['.includes(c)) depth++;
      if ('}>]'.includes(c) && --depth === 0) return i + 1;
      i++;
    }
  }
  throw new Error('the model config file has a brace that is not closed');
}
