import { parseSync } from 'oxc-parser';
import type { Dialect } from '../lower.ts';
import { type Declared, declaredBy } from './declared.ts';
import type { Node } from './node.ts';
import { Walk } from './walk.ts';

export type Meaning = 'value' | 'type';

/** A name that no inner scope declares: the cell's own top level or something outside of the cell. */
export type Use = {
  name: string;
  start: number;
  end: number;
  meaning: Meaning;
  /** `{ x }`: a new name for x needs `x: `. */
  shorthand: boolean;
  /** `f()` or a template's tag: a member expression in its place would change `this`. */
  call: boolean;
  /** The name in `function f`, `class C`, `enum E`, … itself. */
  declares: boolean;
  /** In an export list. */
  exported: boolean;
  /** The target of an assignment. */
  assigned: boolean;
  /** It has to stay a name: what `typeof`, `delete`, `++` and `+=` are applied to. */
  kept: boolean;
  /** In a `with`, whose object may have it. */
  inWith: boolean;
};

export type SyntaxProblem = { message: string; start: number; end: number; help?: string };

export type Parsed = {
  program: Node & { body: Node[] };
  errors: SyntaxProblem[];
  uses: Use[];
  declared: Declared[];
  /** JavaScript's `x = 1` where nothing declares x; of `declared` too. */
  undeclared: Declared[];
  /** `export { a as b }`: b is another name of a. */
  aliases: { name: string; of: string }[];
  /** Declarations of top-level variables, also `var` in blocks. */
  variables: { node: Node; place: 'statement' | 'for' | 'for-of' }[];
  /** What is assigned, or a default, to a name that no inner scope declares: functions get that name. */
  given: { name: string; value: Node }[];
  /** JavaScript that is no module: it has `with`, old octal numbers, or names that modules reserve. */
  sloppy: boolean;
  /** Calls of the runtime's object, and whether they stand where `await` may. */
  contextCalls: { node: Node; canAwait: boolean }[];
  /** `import(…)` expressions. */
  imports: Node[];
  importMetas: Node[];
  decorators: Node[];
  /** `accessor x`, which Node cannot parse either. */
  accessors: boolean;
  /** `export let` in a namespace. */
  namespaceVariables: boolean;
  /** JSX that calls a factory by name, and the fragments' one. */
  jsx: { element: boolean; fragment: boolean };
};

/** Parses a cell's text and finds out what every name in it belongs to. */
export function parse(text: string, language: Dialect, context = '$'): Parsed {
  const inScript = /^js/.test(language);
  const asked = (sourceType: 'module' | 'script', showSemanticErrors = inScript) =>
    parseSync(`cell.${language}`, text, { lang: language, sourceType, preserveParens: false, showSemanticErrors });
  let result = asked('module');
  const script = inScript && result.errors.length > 0 ? asked('script') : undefined;
  const sloppy = script !== undefined && script.errors.length === 0;
  // What is told of names may be wrong: earlier cells have some.
  if (script) result = sloppy ? script : asked('module', false);
  const program = result.program as unknown as Parsed['program'];
  const parsed: Parsed = {
    program,
    errors: result.errors
      .filter((error) => error.severity === 'Error')
      .map((error) => ({
        message: error.message,
        start: error.labels[0]?.start ?? 0,
        end: error.labels[0]?.end ?? 0,
        ...(error.helpMessage ? { help: error.helpMessage } : {}),
      })),
    uses: [],
    declared: program.body.flatMap(declaredBy),
    undeclared: [],
    aliases: [],
    variables: [],
    given: [],
    sloppy,
    contextCalls: [],
    imports: [],
    importMetas: [],
    decorators: [],
    accessors: false,
    namespaceVariables: false,
    jsx: { element: false, fragment: false },
  };
  new Walk(parsed, context).visit(program.body);
  return parsed;
}
