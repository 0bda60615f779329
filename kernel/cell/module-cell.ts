import type { Dialect } from '../lower.ts';
import { directivesOf } from './directives.ts';

/** A cell that is not run but becomes a file: `%%module shapes.ts`, tslab's `@module shapes`, or its code for a page. */
export type ModuleCell = {
  /** As an ordinary cell of the same length, so that every offset stays. */
  text: string;
  /** It can be checked as such a cell: it is not for a page, and without JSX unless the cells have that too. */
  checkable: boolean;
};

/** @returns undefined for other cells, and for modules in another language than the cells', which nothing here can read */
export function moduleCell(source: string, language: Dialect): ModuleCell | undefined {
  const [magic, file] = /^(?:[ \t]*\r?\n)*%%module[ \t]+(\S+)[ \t]*(?=\n|$)/.exec(source) ?? [];
  if (magic && file)
    return isReadable(file, language)
      ? { text: magic.replace(/[^\n]/g, ' ') + source.slice(magic.length), checkable: true }
      : undefined;
  const directives = /^\s*%%/.test(source) ? undefined : directivesOf(source);
  if (!directives) return undefined;
  const checkable = !directives.browser && (!directives.jsx || language.length > 2);
  return { text: source.replace(/@(?=(?:module|browser)\b)/g, ' '), checkable };
}

function isReadable(file: string, language: Dialect): boolean {
  const extension = /\.[cm]?([jt]sx?)$/.exec(file)?.[1];
  return extension === language || extension === language.slice(0, 2);
}
