/** Which folder may import which: one row each, as the picture in README has them. A type-only import may also cross where `types` says so. */
type Row = { from: RegExp; may: RegExp; types?: RegExp };

const packages = /^(?!\.|kernel\/|lib\/|server\/|lab\/|test\/)/;
const nothingOutside = /^(magic-string|oxc-parser|oxc-transform|esbuild|@jridgewell\/.*)$/;

const rows: Row[] = [
  { from: /^kernel\/wire\//, may: /^kernel\/wire\// },
  // Pure: text in, records out. project.ts alone drives the TypeScript process.
  { from: /^kernel\/cell\/(?!project)/, may: /^kernel\/(cell\/|lower\.ts$)/, types: /^kernel\/typecheck\.ts$/ },
  { from: /^kernel\/cell\/project/, may: /^kernel\/(cell\/|tsconfig\.ts$)/, types: /^kernel\/lower\.ts$/ },
  { from: /^kernel\/(tsconfig|typecheck)\.ts$/, may: /^$/, types: /^kernel\/lower\.ts$/ },
  { from: /^kernel\/display\//, may: /^kernel\/display\//, types: /^kernel\/runtime\/run\.ts$/ },
  {
    from: /^kernel\/magics\//,
    may: /^kernel\/(magics|display)\//,
    types: /^kernel\/(runtime\/|(border|typecheck)\.ts$)/,
  },
  {
    from: /^kernel\/runtime\//,
    may: /^kernel\/((runtime|magics|display)\/|(entries|lower|tsconfig|typecheck)\.ts$)/,
    types: /^kernel\/(border|cell\/compile)\.ts$/,
  },
  { from: /^kernel\/(prepare|entries)\.ts$/, may: /^$/ },
  {
    from: /^kernel\/session\//,
    may: /^kernel\/((session|wire|cell)\/|(jupyter-paths|typecheck)\.ts$)/,
    types: /^kernel\/(border|runtime\/run)\.ts$/,
  },
  { from: /^kernel\/border\.ts$/, may: /^$/, types: /^kernel\/(cell\/compile|runtime\/run|typecheck)\.ts$/ },
  { from: /^kernel\/api\.ts$/, may: /^kernel\/(runtime|magics|display)\// },
  { from: /^kernel\/main\.ts$/, may: /^kernel\/(runtime|session)\//, types: /^kernel\/border\.ts$/ },
  { from: /^kernel\/(kernelspec|jupyter-paths|start-script)\.ts$/, may: /^kernel\/(jupyter-paths|start-script)\.ts$/ },
  { from: /^lib\//, may: /^lib\// },
  { from: /^server\//, may: /^(server\/|lib\/saved-model\/|lib\/engine\/)/ },
  { from: /^lab\//, may: /^(lab\/|lib\/|kernel\/wire\/|kernel\/(kernelspec|cell\/script)\.ts$)/ },
];

export function mayImport({ file, to, typeOnly }: { file: string; to: string; typeOnly: boolean }): boolean {
  // An index re-exports its folder for others; from inside, it would make a circle.
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  if (to === `${folder}index.ts`) return false;
  if (
    /^kernel\/(cell\/(?!project)|display\/)/.test(file) &&
    /^node:(fs|net|http|https|child_process|worker_threads|process)\b/.test(to)
  )
    return false;
  if (
    file.startsWith('kernel/cell/') &&
    !file.startsWith('kernel/cell/project') &&
    packages.test(to) &&
    !to.startsWith('node:')
  )
    return nothingOutside.test(to);
  if (packages.test(to)) return true;
  const row = rows.find(({ from }) => from.test(file));
  if (!row) return false;
  return row.may.test(to) || (typeOnly && (row.types?.test(to) ?? false));
}
