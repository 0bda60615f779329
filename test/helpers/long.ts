/** How often a seeded test repeats: `short` in `npm test`, `long` in `npm run test:long`. */
export function times(short: number, long: number): number {
  return process.env.TYPELAB_LONG ? long : short;
}
