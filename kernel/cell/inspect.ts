import { clean } from './check.ts';
import type { CellView } from './complete.ts';

export type Inspection = { found: boolean; data?: { 'text/plain': string; 'text/markdown': string } };

/** Type and documentation of the name at the cursor, or of the function being called. */
export async function inspect(view: CellView, cursor: number, detail: 0 | 1): Promise<Inspection> {
  const { source, split, project, files } = view;
  const at = nameAt(source, cursor);
  if (!at) return { found: false };
  const position = split.toText(at.start);
  return project.ask(files, async ({ checker }) => {
    const symbol = await checker.getSymbolAtPosition(project.path('cell'), position);
    if (!symbol) return { found: false };
    const type =
      (await checker.getTypeAtPosition(project.path('cell'), position)) ?? (await checker.getTypeOfSymbol(symbol));
    const text = type ? clean(await checker.typeToString(type)) : '';
    const aliased = symbol.flags & alias ? await checker.getAliasedSymbol(symbol) : symbol;
    const documentation = await checker.getDocumentationCommentOfSymbol(aliased);
    const tags = await checker.getJsDocTagsOfSymbol(aliased);
    const declaration = signature(at.name, text, aliased.flags);
    const notes = tags.map(({ name, text: note }) => `*@${name}*${note ? ` ${note}` : ''}`);
    const slot = view.names.get(at.name);
    const known = source[at.start - 1] === '.' ? undefined : (slot?.value ?? slot?.type)?.source;
    const code = detail === 1 ? (known ?? (await sourceOf(aliased))) : undefined;
    const plain = [
      declaration,
      documentation,
      tags.map(({ name, text: note }) => `@${name} ${note ?? ''}`.trim()).join('\n'),
      code,
    ];
    const markdown = [
      `\`\`\`typescript\n${declaration}\n\`\`\``,
      documentation,
      notes.join('\n\n'),
      code && `\`\`\`typescript\n${code}\n\`\`\``,
    ];
    return {
      found: true,
      data: {
        'text/plain': plain.filter(Boolean).join('\n\n'),
        'text/markdown': markdown.filter(Boolean).join('\n\n'),
      },
    };
  });
}

/** SymbolFlags of TypeScript. */
const variable = 3;
const property = 4;
const functionFlag = 16;
const classFlag = 32;
const interfaceFlag = 64;
const enumFlag = 384;
const typeAlias = 524288;
const method = 8192;
const alias = 2097152;

function signature(name: string, type: string, flags: number): string {
  if (flags & functionFlag) return `function ${name}${type.replace(/^((?:<.*>)?\(.*\)) => /s, '$1: ')}`;
  if (flags & method) return `(method) ${name}${type.replace(/^((?:<.*>)?\(.*\)) => /s, '$1: ')}`;
  if (flags & classFlag) return `class ${name}`;
  if (flags & interfaceFlag) return `interface ${name}`;
  if (flags & enumFlag) return `enum ${name}`;
  if (flags & typeAlias) return `type ${name} = ${type}`;
  if (flags & property) return `(property) ${name}: ${type}`;
  if (flags & variable) return `const ${name}: ${type}`;
  return `${name}: ${type}`;
}

async function sourceOf(symbol: {
  declarations: readonly { resolve(): Promise<unknown> }[];
}): Promise<string | undefined> {
  const node = (await symbol.declarations[0]?.resolve()) as { getText?(): string } | undefined;
  const text = node?.getText?.();
  return text && clean(text).slice(0, 4000);
}

/** The name under the cursor; else the one whose call the cursor is in. */
function nameAt(source: string, cursor: number): { name: string; start: number } | undefined {
  const before = /[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.exec(source.slice(0, cursor))?.[0] ?? '';
  const after = /^[\p{ID_Continue}$]*/u.exec(source.slice(cursor))![0];
  if (before + after && !/^\d/.test(before + after)) return { name: before + after, start: cursor - before.length };
  let depth = 0;
  for (let i = cursor - 1; i >= 0; i--) {
    if (source[i] === ')') depth++;
    else if (source[i] === '(' && depth-- === 0) {
      const callee = /([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*$/u.exec(source.slice(0, i));
      return callee ? { name: callee[1]!, start: callee.index } : undefined;
    }
  }
  return undefined;
}
