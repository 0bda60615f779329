/** What a cell with type errors does: it runs, it tells them and runs, it does not run. */
export type Typecheck = 'off' | 'warn' | 'error';

/** Until a cell says `%typecheck`: kernel.json's environment may ask for another. */
export function typecheckAtStart({ TYPELAB_TYPECHECK: asked }: NodeJS.ProcessEnv = process.env): Typecheck {
  return asked === 'off' || asked === 'warn' ? asked : 'error';
}
