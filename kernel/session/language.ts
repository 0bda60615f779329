/** What the session asks of a language. kernel/cell answers for TypeScript. Offsets are UTF-16 code units. */
import type { LanguageChange } from '../border.ts';
import type { CompiledCell } from '../cell/compile.ts';
import type { Content, ErrorContent } from '../wire/protocol.ts';

export type Language = {
  compile(source: string, number: number): Promise<CompiledCell | ErrorContent>;
  /** One of `user_expressions`: it declares nothing. */
  expression(source: string, number: number): Promise<CompiledCell | ErrorContent>;
  isComplete(source: string): Promise<{ status: 'complete' | 'incomplete' | 'invalid' | 'unknown'; indent?: string }>;
  complete(source: string, cursor: number): Promise<Completion>;
  /** @returns a MIME bundle, or undefined where nothing is known. */
  inspect(source: string, cursor: number, detail: 0 | 1): Promise<Content | undefined>;
  /** How a cell declared a name, as it was typed. */
  sourceOf(name: string): string | undefined;
  /** What a magic said. */
  change(change: LanguageChange): void;
  close(): void | Promise<void>;
};

export type Completion = {
  /** The range that a match replaces. */
  start: number;
  end: number;
  matches: { text: string; type?: string; signature?: string }[];
};
