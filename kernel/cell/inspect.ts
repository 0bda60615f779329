import type { CellView } from './complete.ts';
import type { Checker, TypeScriptSymbol } from './project.ts';
import { callSignatures } from './signatures.ts';
import type { Slot } from './slots.ts';
import { variableWord } from './variable-word.ts';
import { clean } from './wording.ts';

export type Inspection = { found: boolean; data?: { 'text/plain': string; 'text/markdown': string } };

/** `construct`: what `new NAME(` calls. */
type Named = { name: string; start: number; construct: boolean };

/** Type and documentation of the name at the cursor, or of the function being called. */
export async function inspect(view: CellView, cursor: number, detail: 0 | 1): Promise<Inspection> {
  const { source, split, project, files } = view;
  const at = nameAt(source, cursor);
  if (!at) return { found: false };
  const position = split.toText(at.start);
  const isMember = source[at.start - 1] === '.';
  return project.ask(files, async ({ checker }) => {
    const place = { document: project.path('cell'), position };
    const found = await checker.getSymbolAtPosition(place.document, position);
    // A type's name alone is no expression, and imports are blank in the checker's text: there it finds nothing, or the file.
    const here = found?.name.startsWith('"') ? undefined : found;
    const symbol = here ?? (isMember ? undefined : await checker.resolveName(at.name, anything, place));
    if (!symbol) return { found: false };
    const aliased = symbol.flags & alias ? await checker.getAliasedSymbol(symbol) : symbol;
    const slot = view.names.get(at.name);
    const own = isMember ? undefined : (slot?.value ?? slot?.type);
    const told = await declarationOf(checker, aliased, { ...at, own }, here ? place : undefined);
    const declaration = clean(told, project.folder);
    const documentation = await checker.getDocumentationCommentOfSymbol(aliased);
    const tags = distinct(await checker.getJsDocTagsOfSymbol(aliased));
    const known = own?.from === 'imports' ? undefined : own?.source;
    const code = detail === 1 ? (known ?? clean(await sourceOf(aliased), project.folder).slice(0, longest)) : undefined;
    const plain = [
      declaration,
      documentation,
      tags.map(({ name, text: note }) => `@${name} ${note ?? ''}`.trim()).join('\n'),
      code,
    ];
    const markdown = [fenced(declaration), documentation, tags.map(noteOf).join('\n\n'), code && fenced(code)];
    return {
      found: true,
      data: {
        'text/plain': plain.filter(Boolean).join('\n\n'),
        'text/markdown': markdown.filter(Boolean).join('\n\n'),
      },
    };
  });
}

/** Of a source that is shown. */
const longest = 4000;

/** SymbolFlags of TypeScript. */
const variable = 3;
const property = 4;
const enumMember = 8;
const functionFlag = 16;
const classFlag = 32;
const interfaceFlag = 64;
const enumFlag = 384;
const moduleFlag = 1536;
const typeAlias = 524288;
const method = 8192;
const accessor = 98304;
const alias = 2097152;
const valueFlags = 111551;
const anything = 111551 | 788968 | alias;
/** NodeBuilderFlags: NoTruncation, and InTypeAlias, which spells an alias out. */
const whole = 1;
const spelledOut = 8388609;

async function declarationOf(
  checker: Checker,
  symbol: TypeScriptSymbol,
  { name, construct, own }: Named & { own: Slot | undefined },
  place: { document: string; position: number } | undefined,
): Promise<string> {
  const { flags } = symbol;
  if (!(flags & valueFlags) && flags & (interfaceFlag | typeAlias)) {
    if (flags & interfaceFlag) return `interface ${await withParameters(checker, symbol, name)}`;
    const declared = await checker.getDeclaredTypeOfSymbol(symbol);
    const head = await withParameters(checker, symbol, name);
    return `type ${head} = ${await checker.typeToString(declared, undefined, spelledOut)}`;
  }
  if (flags & enumMember) {
    const node = (await symbol.valueDeclaration?.resolve()) as Parameters<Checker['getConstantValue']>[0] | undefined;
    const owner = await symbol.getParent();
    const constant = node && (await checker.getConstantValue(node));
    return `(enum member) ${owner?.name ?? ''}.${name}${constant === undefined ? '' : ` = ${JSON.stringify(constant)}`}`;
  }
  const type =
    (place && (await checker.getTypeAtPosition(place.document, place.position))) ??
    (await checker.getTypeOfSymbol(symbol));
  if (construct && type) {
    const made = await callSignatures(checker, type, 'construct');
    if (made.length > 0) return made.map((one) => `new ${name}${one}`).join('\n');
  }
  if (flags & (functionFlag | method)) {
    const head = flags & functionFlag ? 'function ' : `(method) ${await ownerOf(symbol)}`;
    const called = type ? await callSignatures(checker, type, 'call') : [];
    if (called.length > 0) return called.map((one) => `${head}${name}${one}`).join('\n');
  }
  const text = type ? await checker.typeToString(type, undefined, whole) : '';
  if (flags & classFlag) return `class ${await withParameters(checker, symbol, name)}`;
  if (flags & enumFlag) return `enum ${name}`;
  if (flags & variable) {
    const word = await variableWord(symbol, own);
    if (!(flags & interfaceFlag)) return `${word} ${name}: ${text}`;
    // Where it stands for the type, the place has no type of the variable.
    const value = await checker.getTypeOfSymbol(symbol);
    const valueText = value ? await checker.typeToString(value, undefined, whole) : text;
    return `interface ${await withParameters(checker, symbol, name)}\n${word} ${name}: ${valueText}`;
  }
  if (flags & (property | accessor)) return `(property) ${await ownerOf(symbol)}${name}: ${text}`;
  return flags & moduleFlag ? `module ${name}` : `${name}: ${text}`;
}

/** `Map<K, V>`, as the declaration names it. */
async function withParameters(checker: Checker, symbol: TypeScriptSymbol, name: string): Promise<string> {
  const declared = await checker.getDeclaredTypeOfSymbol(symbol);
  const text = await checker.typeToString(declared, undefined, whole);
  if (text === 'T[]') return `${name}<T>`;
  return /^[\w$.]*<.*>$/s.test(text) ? `${name}${text.slice(text.indexOf('<'))}` : name;
}

/** `String.` of a method; nothing where the owner has no name: an object's literal, a module. */
async function ownerOf(symbol: TypeScriptSymbol): Promise<string> {
  const owner = await symbol.getParent();
  return owner && /^(?!__)[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(owner.name) ? `${owner.name}.` : '';
}

/** Overloads say the same of the same parameter. */
function distinct<T extends { name: string; text?: string | undefined }>(tags: readonly T[]): T[] {
  const seen = new Set<string>();
  return tags.filter(({ name, text }) => !seen.has(`${name} ${text}`) && seen.add(`${name} ${text}`));
}

const fenced = (code: string) => `\`\`\`typescript\n${code}\n\`\`\``;

/** An example is code, unless its author says what is. */
function noteOf({ name, text }: { name: string; text?: string | undefined }): string {
  if (name === 'example' && text && !text.includes('```')) return `*@example*\n\n${fenced(text)}`;
  return `*@${name}*${text ? `${name === 'example' ? '\n\n' : ' '}${text}` : ''}`;
}

async function sourceOf(symbol: TypeScriptSymbol): Promise<string> {
  const node = (await symbol.declarations[0]?.resolve()) as { getText?(): string } | undefined;
  return node?.getText?.() ?? '';
}

/** The name under the cursor; else the one whose call the cursor is in. */
function nameAt(source: string, cursor: number): Named | undefined {
  const before = /[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.exec(source.slice(0, cursor))?.[0] ?? '';
  const after = /^[\p{ID_Continue}$]*/u.exec(source.slice(cursor))![0];
  const isNew = (start: number) => /\bnew\s+(?:[\w$]+\.)*$/.test(source.slice(0, start));
  if (before + after && !/^\d/.test(before + after)) {
    const start = cursor - before.length;
    return { name: before + after, start, construct: isNew(start) };
  }
  const closed: string[] = [];
  for (let i = cursor - 1; i >= 0; i--) {
    const character = source[i]!;
    if (/[)\]}]/.test(character)) closed.push(character);
    else if (/[([{]/.test(character) && closed.pop() === undefined && character === '(') {
      const callee = /([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?:<[^()]*>)?\s*$/u.exec(source.slice(0, i));
      return callee ? { name: callee[1]!, start: callee.index, construct: isNew(callee.index) } : undefined;
    }
  }
  return undefined;
}
