/** Whether a word can be a variable: `const` and `await` cannot. */
export function isName(word: string): boolean {
  if (!/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(word) || word === 'await') return false;
  try {
    return Boolean(new Function(`'use strict'; let ${word};`));
  } catch {
    return false;
  }
}
