import type { Wanted } from '../servable/server-core.ts';
import { versionOf } from '../servable/source.ts';

export type Verb = 'predict' | 'classify' | 'regress';
/** What a path under /v1/ asks for. */
export type Target =
  | { kind: 'run'; verb: Verb; wanted: Wanted }
  | { kind: 'status' | 'metadata'; wanted: Wanted }
  /** A path that is refused may still name a model, under which it is counted. */
  | { kind: 'malformed'; name: string }
  | { kind: 'no version'; name: string; text: string };

/** Matched whole and case-insensitively, as TF Serving does; a verb in capitals passes here and is refused later. */
const RUN = /^\/v1\/models\/([^/:]+)(?:(?:\/versions\/(\d+))|(?:\/labels\/([^/:]+)))?:(classify|regress|predict)$/i;
const LOOK = /^\/v1\/models(?:\/([^/:]+))?(?:(?:\/versions\/(\d+))|(?:\/labels\/([^/:]+)))?(?:\/(metadata))?$/i;

export function isApi(path: string): boolean {
  return /^\/v1\//i.test(path);
}

export function parseTarget(method: string, path: string): Target {
  if (method === 'POST') {
    const match = RUN.exec(path);
    if (!match) return MALFORMED;
    const wanted = wantedOf(match);
    if ('kind' in wanted) return wanted;
    const verb = match[4] as Verb;
    return VERBS.includes(verb) ? { kind: 'run', verb, wanted } : { kind: 'malformed', name: wanted.name };
  }
  const match = method === 'GET' ? LOOK.exec(path) : null;
  if (!match) return MALFORMED;
  const wanted = wantedOf(match);
  return 'kind' in wanted ? wanted : { kind: match[4] === 'metadata' ? 'metadata' : 'status', wanted };
}

const MALFORMED: Target = { kind: 'malformed', name: '' };

const VERBS: Verb[] = ['predict', 'classify', 'regress'];

function wantedOf(match: RegExpExecArray): Wanted | Extract<Target, { kind: 'no version' }> {
  const wanted: Wanted = { name: decode(match[1] ?? '') };
  if (match[2] !== undefined) {
    wanted.version = versionOf(match[2]);
    if (wanted.version === undefined) return { kind: 'no version', name: wanted.name, text: match[2] };
  }
  if (match[3] !== undefined) wanted.label = decode(match[3]);
  return wanted;
}

/** curl's unescape: each %XX is a byte, anything else stays. */
function decode(text: string): string {
  if (!text.includes('%')) return text;
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
