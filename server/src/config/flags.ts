import { FLAGS, type FlagRow } from './flag-table.ts';

export type FlagValues = Record<string, number | bigint | boolean | string>;
export type ParsedFlags = {
  values: FlagValues;
  /** Those that the command line set, by name. */
  set: Set<string>;
  /** Arguments that are no flags of ours; TF Serving names the first and goes on. */
  unknown: string[];
  /** A line for each value that does not parse; any of them ends the start. */
  errors: string[];
};

/** Reads `--name=value` and bare booleans as TensorFlow's flag parser does: later flags win, `--` ends them. */
export function parseFlags(args: readonly string[]): ParsedFlags {
  const parsed: ParsedFlags = {
    values: Object.fromEntries(FLAGS.map(({ name, value }) => [name, value])),
    set: new Set(),
    unknown: [],
    errors: [],
  };
  const end = args.indexOf('--');
  for (const arg of end < 0 ? args : args.slice(0, end)) {
    const match = /^--([^=]*)(?:=(.*))?$/s.exec(arg);
    const row = match && FLAGS.find(({ name }) => name === match[1]);
    if (!match || !row || (match[2] === undefined && row.type !== 'bool')) {
      parsed.unknown.push(arg);
      continue;
    }
    const value = parseValue(row, match[2]);
    if (value === undefined) parsed.errors.push(`Couldn't interpret value =${match[2]} for flag ${row.name}.`);
    else parsed.values[row.name] = value;
    parsed.set.add(row.name);
  }
  if (end >= 0) parsed.unknown.push(...args.slice(end));
  return parsed;
}

/** The flags that were set but mean nothing to this server. */
export function idleFlags({ set }: ParsedFlags): string[] {
  return FLAGS.filter(({ name, idle }) => idle && set.has(name)).map(({ name }) => name);
}

/** The usage text, laid out as TensorFlow prints it. */
export function usage(program: string): string {
  const lines = FLAGS.map((row) => `\t${`--${row.name}=${shown(row)}`.padEnd(33)}\t${row.type}\t${row.usage}\n`);
  return `usage: ${program}\nFlags:\n${lines.join('')}`;
}

function shown({ type, value }: FlagRow): string {
  if (type === 'string') return `"${value}"`;
  return type === 'float' ? Number(value).toFixed(6) : String(value);
}

function parseValue({ type }: FlagRow, text: string | undefined): FlagValues[string] | undefined {
  switch (type) {
    case 'string':
      return text as string;
    case 'bool': {
      if (text === undefined || text === '1' || text.toLowerCase() === 'true') return true;
      return text === '0' || text.toLowerCase() === 'false' ? false : undefined;
    }
    case 'float':
      return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text as string) ? Number(text) : undefined;
    default: {
      if (!/^\s*[+-]?\d+$/.test(text as string)) return undefined;
      const limit = type === 'int32' ? 2 ** 31 : 2 ** 63;
      const value = Number(text);
      return value >= -limit && value < limit ? value : undefined;
    }
  }
}
