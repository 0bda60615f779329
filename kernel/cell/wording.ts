/** The names that users know, not the checker's: `x` for `x$2`, no paths of its files, and those of others from the notebook's folder. */
export function clean(text: string, folder: string): string {
  return text
    .replaceAll(`import("${folder.replaceAll('\\', '/').replace(/\/$/, '')}/`, 'import("./')
    .replace(/import\("[^"]*typelab-(?:cells|cell|imports)(?:\.m[tj]s|\.[tj]sx)?"\)\./g, '')
    .replace(
      /\btypeof import\("[^"]*[\\/]node_modules[\\/](?:@types[\\/])?((?:@[^"\\/]+[\\/])?[^"\\/]+)[^"]*"\)/g,
      'typeof import("$1")',
    )
    .replace(/([\p{ID_Start}$_][\p{ID_Continue}$]*?)\$\d+\b/gu, '$1');
}
