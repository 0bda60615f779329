export type Files = Record<string, string>;

/** A cell as a person types it, and what JupyterLab has to show. */
export type Cell = {
  type: string;
  /** Tab after `type`: the pop-up has these. */
  completes?: string[];
  /** Then the one that is chosen; else Escape. */
  accept?: string;
  /** Shift+Tab after `type`: the tooltip's text has these. */
  tooltip?: string[];
  /** Name of the picture of the pop-up or tooltip. */
  popup?: string;
  /** What is typed after that. */
  next?: string;
  /** Texts that the output must show. */
  shows?: string[];
  /** Texts that it must not have. */
  hides?: string[];
  /** Name of the picture of the cell that ran. */
  picture?: string;
  /** The picture is taken in the dark theme. */
  dark?: boolean;
  /** Files beside the notebook, (re)written before the cell is typed. */
  files?: Files;
};

// The editor closes brackets and quotes and indents by itself, and types over what it has closed.
export const cells: Cell[] = [
  { type: '1 + 1', shows: ['2'] },
  { type: 'const user = { name: "Ada", born: 1815 }' },
  { type: 'user.', completes: ['born', 'name'], popup: 'members', accept: 'born', shows: ['1815'] },
  { type: 'user.name.toUp', completes: ['toUpperCase'], accept: 'toUpperCase', next: '()', shows: ['ADA'] },
  { type: 'user.nmae', shows: ['TS2339', "'nmae'"], picture: 'type-error' },
  { type: 'user.name.toUpercase()', shows: ["Did you mean 'toUpperCase'?"], picture: 'did-you-mean-dark', dark: true },
  { type: 'const n: number = "x"', shows: ['TS2322', '^'] },
  { type: 'consle.log(1)', shows: ["Did you mean 'console'?"] },
  { type: 'const x = ;', shows: ['SyntaxError'], picture: 'syntax-error' },
  {
    type: '/** Greets someone.\n@param name who\n@param loud in capitals */\nfunction greet(name: string, loud = false): string { return loud ? name.toUpperCase() : name }',
    hides: ['Error'],
  },
  {
    type: 'greet',
    tooltip: ['function greet(name: string', 'Greets someone.'],
    popup: 'function',
    next: '("Bob")',
    shows: ['Bob'],
  },
  { type: 'greet("Bob", ', tooltip: ['loud?: boolean'], popup: 'call', next: 'true)', shows: ['BOB'] },
  { type: 'gre', completes: ['greet'], next: 'et("C")', shows: ["'C'"] },
  {
    type: 'import fs from "node:f',
    completes: ['node:fs'],
    popup: 'modules',
    accept: 'node:fs/promises',
    next: '"',
    hides: ['Error'],
  },
  { type: 'import { readFileSync } from "node:fs"', hides: ['Error'] },
  { type: 'readFileSync("/nope")', shows: ['ENOENT'], picture: 'system-error' },
  { type: 'let count = 0' },
  { type: 'const bump = () => ++count' },
  { type: 'bump(); bump(); count', shows: ['2'] },
  { type: 'const count = "redeclared"' },
  { type: 'count.length', shows: ['10'] },
  { type: 'let user = [1, 2, 3]' },
  { type: 'user.map((n) => n * 2)', shows: ['[ 2, 4, 6 ]'] },
  { type: 'class Point { constructor(public x: number, public y: number) {} }' },
  { type: 'new Point(1, 2)', shows: ['Point { x: 1, y: 2 }'] },
  {
    type: 'new Point(1, ',
    tooltip: ['new Point(x: number, y: number)'],
    popup: 'constructor',
    next: '"two")',
    shows: ['TS2345'],
  },
  { type: 'class Point { constructor(public name: string) {} }' },
  { type: 'new Point("here").name', shows: ['here'] },
  { type: 'interface Options { mode: "fast" | "slow"; retries?: number }' },
  {
    type: 'const o: Options = { ',
    completes: ['mode', 'retries'],
    popup: 'keys',
    accept: 'mode',
    next: ': "fast" }',
    hides: ['Error'],
  },
  {
    type: 'const p: Options = { mode: "',
    completes: ['fast', 'slow'],
    popup: 'literals',
    accept: 'slow',
    next: '" }',
    hides: ['Error'],
  },
  { type: 'enum Color { Red, Green }' },
  { type: 'Color.', completes: ['Green', 'Red'], accept: 'Green', shows: ['1'] },
  { type: 'type Pair = [string, number]' },
  { type: 'const pair: Pair = ["a", "b"]', shows: ['TS2322'] },
  { type: 'function inner() { throw new RangeError("too far") }' },
  { type: 'function outer() { inner() }' },
  { type: 'outer()', shows: ['RangeError', 'too far', 'in outer()', 'in inner()'], picture: 'runtime-error' },
  {
    type: 'try { outer() } catch (cause) { throw new Error("wrapped", { cause }) }',
    shows: ['Caused by:'],
    picture: 'cause-dark',
    dark: true,
  },
  { type: 'throw "just text"', shows: ['just text'] },
  {
    type: 'await Promise.any([Promise.reject(new Error("one")), Promise.reject(new Error("two"))])',
    shows: ['Error 1 of 2', 'Error 2 of 2'],
  },
  { type: 'setTimeout(() => { throw new Error("late") }, 30)', shows: ['Error: late'], picture: 'late-error' },
  { type: 'void Promise.reject(new Error("nobody waits"))', shows: ['nobody waits'] },
  { type: 'process.exit(1)', shows: ['restart the kernel'] },
  {
    type: 'console.log("to stdout"); console.error("to stderr")',
    shows: ['to stdout', 'to stderr'],
    picture: 'streams',
  },
  { type: 'for (let i = 1; i <= 2000; i++) console.log("line", i)', shows: ['line 2000'], picture: 'long-output' },
  { type: 'console.table([{ a: 1, b: "x" }, { a: 2, b: "y" }])', shows: ['(index)'] },
  { type: 'setTimeout(() => console.log("a moment later"), 50)', shows: ['a moment later'] },
  { type: '!echo from the shell', shows: ['from the shell'] },
  {
    type: '%ti',
    completes: ['%time', '%timeit'],
    popup: 'magics',
    accept: '%time',
    next: ' user.length',
    shows: ['Wall time', '3'],
  },
  { type: '%%bash\nfor i in 1 2; do echo "round $i"; done', shows: ['round 2'] },
  { type: 'const listed = !echo one two', hides: ['Error'] },
  { type: 'listed.fie', completes: ['fields'], accept: 'fields', next: '(1)', shows: ['two'] },
  { type: 'greet?', shows: ['Greets someone.'], picture: 'help' },
  {
    files: { 'shapes.ts': '/** Twice as big. */\nexport const double = (n: number): number => n * 2;\n' },
    type: 'import { double } from "./sh',
    completes: ['./shapes.ts'],
    accept: './shapes.ts',
    next: '"',
    hides: ['Error'],
  },
  { type: 'double', tooltip: ['Twice as big.'], popup: 'module-function', next: '(21)', shows: ['42'] },
  {
    files: { 'shapes.ts': 'export const double = (n: number): string => String(n) + n;\nexport const half = 1;\n' },
    type: 'import { double, half } from "./shapes.ts"',
    hides: ['Error'],
  },
  { type: 'double(21)', shows: ['2121'] },
  { type: 'double(21).toFixed(1)', shows: ["'toFixed' does not exist on type 'string'"] },
  {
    files: { 'shapes.ts': 'export function double(n: number): string {\n  throw new Error("not today");\n}\n' },
    type: 'import { double } from "./shapes.ts"',
    hides: ['Error'],
  },
  { type: 'double(21)', shows: ['File shapes.ts, line 2', 'not today'], picture: 'local-module-error' },
  { type: 'import { nothing } from "no-such-package"', shows: ['!npm install no-such-package'] },
  { type: 'const face = "😀"; face.len', completes: ['length'], next: 'gth', shows: ['2'] },
  { type: 'async function slow() { await new Promise((r) => setTimeout(r, 5)); return "done" }' },
  { type: 'await slow()', shows: ['done'] },
  {
    type: 'JSON.stringify',
    tooltip: ['stringify(value: any'],
    popup: 'overloads',
    next: '({ a: 1 })',
    shows: ['{"a":1}'],
  },
  { type: 'user satisfies number[]', shows: ['[ 1, 2, 3 ]'] },
  { type: '_', shows: ['[ 1, 2, 3 ]'], picture: 'end' },
];
