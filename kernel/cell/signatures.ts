import { parseSync, type Span, type TSType } from 'oxc-parser';
import type { Checker } from './project.ts';

type Type = Parameters<Checker['typeToString']>[0];

/** NodeBuilderFlags.NoTruncation; SignatureKind. */
const whole = 1;
const kinds = { call: 0, construct: 1 };
const most = 12;

/** `(a: string): void` for each way to call a function, or to make an object of a class. */
export async function callSignatures(checker: Checker, type: Type, kind: 'call' | 'construct'): Promise<string[]> {
  const printed = await checker.typeToString(type, undefined, whole);
  const members = literalMembers(printed, kind);
  if (members.length > 0) return limited(members.map(asDeclared));
  const arrow = kind === 'call' ? /^((?:<.*>)?\(.*\)) => /s : /^new ((?:<.*>)?\(.*\)) => /s;
  if (arrow.test(printed)) return [asDeclared(printed.replace(arrow, '$1: '))];
  // `typeof setTimeout` says nothing: the declarations do.
  const signatures = await checker.getSignaturesOfType(type, kinds[kind]);
  const texts = await Promise.all(
    signatures.map(async ({ declaration }) => {
      const node = (await declaration?.resolve()) as { getText?(): string } | undefined;
      return headOf(node?.getText?.() ?? '');
    }),
  );
  // A class without a constructor has one without parameters.
  if (kind === 'construct' && signatures.length > 0 && texts.every((text) => text === undefined)) return ['()'];
  return limited([...new Set(texts.filter((text) => text !== undefined))]);
}

function literalMembers(printed: string, kind: 'call' | 'construct'): string[] {
  if (!printed.startsWith('{')) return [];
  const prefix = 'type T = ';
  const [alias] = parseSync('type.ts', prefix + printed, { lang: 'ts' }).program.body;
  if (alias?.type !== 'TSTypeAliasDeclaration' || alias.typeAnnotation.type !== 'TSTypeLiteral') return [];
  const wanted = kind === 'call' ? 'TSCallSignatureDeclaration' : 'TSConstructSignatureDeclaration';
  return alias.typeAnnotation.members
    .filter(({ type }) => type === wanted)
    .map(({ start, end }) => (prefix + printed).slice(start, end).replace(/^new\s*|;$/g, ''));
}

type Parameter = { optional?: boolean; typeAnnotation?: { typeAnnotation: TSType } | null };

/** The checker prints `end?: number | undefined` of the parameter that everybody writes, and reads, as `end?: number`. */
function asDeclared(signature: string): string {
  const prefix = 'declare function $q';
  const [declared] = parseSync('signature.ts', `${prefix}${signature};`, { lang: 'ts' }).program.body;
  if (declared?.type !== 'TSDeclareFunction') return signature;
  let text = signature;
  for (const parameter of (declared.params as Parameter[]).toReversed()) {
    const type = parameter.optional ? parameter.typeAnnotation?.typeAnnotation : undefined;
    if (type?.type !== 'TSUnionType' || type.types.at(-1)?.type !== 'TSUndefinedKeyword') continue;
    const kept = oneOf(type.types.slice(0, -1));
    const at = (offset: number) => offset - prefix.length;
    text = text.slice(0, at(type.start)) + text.slice(at(kept.start), at(kept.end)) + text.slice(at(type.end));
  }
  return text;
}

/** What is left of a union; parentheses around a function's type are needed no more. */
function oneOf(types: TSType[]): Span {
  const [first, ...more] = types as [TSType, ...TSType[]];
  if (more.length === 0 && first.type === 'TSParenthesizedType') return first.typeAnnotation;
  return { start: first.start, end: (more.at(-1) ?? first).end };
}

/** A declaration from its parameters on, without its body. */
function headOf(text: string): string | undefined {
  const bare = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
  const start = /^[^(<]*/.exec(bare)![0].length;
  const node = parseSync('head.ts', `declare function $q${bare.slice(start).replace(/\s*\{\s*$|;\s*$/g, '')};`, {
    lang: 'ts',
  });
  const declared = node.errors.length === 0 && start < bare.length ? bare.slice(start).replace(/;\s*$/, '') : undefined;
  return (declared ?? withoutBody(bare.slice(start)))
    ?.replace(/\s+/g, ' ')
    .replace(/,? \)/g, ')')
    .replace(/\( /g, '(')
    .trim();
}

/** Up to the bracket that closes the parameters. */
function withoutBody(text: string): string | undefined {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0)
      return text.slice(0, i + 1).replace(/\b(?:public|private|protected|readonly) /g, '');
  }
  return undefined;
}

function limited(signatures: string[]): string[] {
  if (signatures.length <= most) return signatures;
  return [...signatures.slice(0, most), ` … ${signatures.length - most} more`];
}
