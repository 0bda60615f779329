import { variablesOf } from './declared.ts';
import type { Accepted } from './past.ts';
import type { Project } from './project.ts';
import type { ReadCell } from './read-cell.ts';
import { settledType } from './settle.ts';
import type { CheckText } from './texts.ts';

/** TypeScript's NodeBuilderFlags.NoTruncation. */
const noTruncation = 1;
/** TypeScript's SymbolFlags.Value. */
const valueFlags = 111551;

/**
 * The starts of the imports whose names are all types, also where nobody wrote `type`: there may be no module to load. Asked
 * right after the check, while it is still the checker's cell.
 */
export async function typeImportsOf(cell: ReadCell, text: CheckText, project: Project): Promise<Set<number>> {
  const named = cell.imports.names.filter(({ local, node }) => local !== '' && node.type === 'ImportDeclaration');
  if (named.length === 0) return new Set();
  const stands = text.stands.filter(({ forStart }) => named.some(({ name }) => name.start === forStart));
  const flags = await project.ask({}, async ({ checker }) => {
    const symbols = await checker.getSymbolAtPosition(
      project.path('cell'),
      stands.map(({ end }) => end - 1),
    );
    return Promise.all(
      symbols.map(async (symbol) => (symbol ? (await checker.getAliasedSymbol(symbol)).flags : valueFlags)),
    );
  });
  const withValues = new Set(
    named
      .filter(({ name }) => stands.every(({ forStart }, i) => forStart !== name.start || flags[i]! & valueFlags))
      .map(({ node }) => node.start),
  );
  return new Set(named.map(({ node }) => node.start).filter((start) => !withValues.has(start)));
}

/** Types of the variables that a cell declared, by where; see settle.ts. */
export async function variableTypesOf(
  { cell: { parsed }, names }: Accepted,
  text: CheckText,
  project: Project,
): Promise<Map<number, string>> {
  const settled = new Map<number, string>();
  const variables = [
    ...parsed.variables.flatMap(({ node }) => variablesOf(node)).map(({ id }) => ({ id, at: id.start })),
    ...parsed.undeclared.map((id) => ({ id, at: text.undeclared.get(id.name)! })),
  ];
  if (variables.length === 0) return settled;
  const types = await project.ask({ cell: text.text }, async ({ checker }) => {
    const positions = variables.map(({ at }) => at);
    const found = await checker.getTypeAtPosition(project.path('cell'), positions);
    return Promise.all(found.map(async (type) => type && checker.typeToString(type, undefined, noTruncation)));
  });
  for (const [i, { id }] of variables.entries()) {
    const type = settledType(types[i], names);
    if (type) settled.set(id.start, type);
  }
  return settled;
}
