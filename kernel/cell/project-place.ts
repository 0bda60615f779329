import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { linesOf } from './positions.ts';

/** `File shapes.ts, line 3:14`, for a file that the user may want to open. */
export function placeInFile(fileName: string, offset: number, folder: string): string | undefined {
  // What JavaScript and Node declare, everybody knows, and nobody looks for it in there.
  if (/[\\/](?:@typescript[\\/].*|@types[\\/]node)[\\/]/.test(fileName) || !existsSync(fileName)) return undefined;
  const { line, column } = linesOf(readFileSync(fileName, 'utf8')).at(offset);
  const near = relative(folder, fileName);
  const [, inPackage] = /[\\/](node_modules[\\/](?!.*[\\/]node_modules[\\/]).*)$/.exec(fileName) ?? [];
  return `File ${near.startsWith('..') ? (inPackage ?? fileName) : near}, line ${line + 1}:${column + 1}`;
}
