/** What a cell with type errors does: it runs, it tells them and runs, it does not run. */
export type Typecheck = 'off' | 'warn' | 'error';

/** Until a cell says `%typecheck`: kernel.json's environment may ask for another. Who writes JavaScript has to ask for checks. */
export function typecheckAtStart(inJavaScript: boolean): Typecheck {
  const { TYPELAB_TYPECHECK: asked } = process.env;
  if (asked === 'off' || asked === 'warn' || asked === 'error') return asked;
  return inJavaScript ? 'off' : 'error';
}
