import type { Dialect } from '../lower.ts';
import { directivesOf } from './directives.ts';

/** A cell that is not run but becomes a file: `%%module shapes.ts`, tslab's `@module shapes`, or its code for a page. */
export type ModuleCell = {
  /** As an ordinary cell of the same length, so that every offset stays. */
  text: string;
  /** It is for a page, and no file is written. */
  browser: boolean;
};

/** @returns undefined for other cells, and for modules in another dialect than the cells', which nothing here can read */
export function moduleCell(source: string, language: Dialect): ModuleCell | undefined {
  const [magic, file] = /^(?:[ \t]*\r?\n)*%%module[ \t]+(\S+)[ \t]*(?=\n|$)/.exec(source) ?? [];
  if (magic && file)
    return isReadable(file, language)
      ? { text: magic.replace(/[^\n]/g, ' ') + source.slice(magic.length), browser: false }
      : undefined;
  const directives = /^\s*%%/.test(source) ? undefined : directivesOf(source);
  if (!directives || (directives.jsx && language.length === 2)) return undefined;
  return { text: source.replace(/@(?=(?:module|browser)\b)/g, ' '), browser: directives.browser };
}

function isReadable(file: string, language: Dialect): boolean {
  const extension = /\.[cm]?([jt]sx?)$/.exec(file)?.[1];
  return extension === language || extension === language.slice(0, 2);
}
