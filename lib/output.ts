/** A MIME bundle: type → content. `text/plain` is always there. */
export type MimeBundle = { 'text/plain': string } & Record<string, string>;

type Show = (bundle: MimeBundle, options: { id?: string; update?: boolean }) => void;

/**
 * Shows something below the running cell; `undefined` where no notebook is there. The kernel sets the hook; the library
 * knows nothing else of it, so the same code runs in a script.
 */
export function notebookOutput(): Show | undefined {
  return (globalThis as unknown as Record<symbol, Show | undefined>)[Symbol.for('typelab.output')];
}
