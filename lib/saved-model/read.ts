import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { naming } from './bundle.ts';
import { ModelError } from './error.ts';
import { decode } from './proto.ts';
import type { MetaGraphDef } from './schema.ts';
import { SavedModelProto } from './schema.ts';

/** The graph with the wanted tags of the SavedModel in a folder. */
export function readMetaGraph(exportPath: string, tags: string[]): MetaGraphDef {
  const graphs = readMetaGraphs(exportPath);
  const found = graphs.find((graph) => sameTags(graph.meta_info_def?.tags ?? [], tags));
  if (found) return found;
  const sets = graphs.map((graph) => `{ ${graph.meta_info_def?.tags.join(' ')} }`);
  throw new ModelError(
    'NOT_FOUND',
    `Could not find meta graph def matching supplied tags: { ${tags.join(' ')} } in ${join(resolve(exportPath), 'saved_model.pb')}. It has: ${sets.join(', ') || 'none'}.`,
  );
}

/** All graphs of the SavedModel in a folder, each with tags of its own. */
export function readMetaGraphs(exportPath: string): MetaGraphDef[] {
  const path = resolve(exportPath);
  const file = join(path, 'saved_model.pb');
  if (!existsSync(file)) throw new ModelError('NOT_FOUND', missing(path));
  return naming(file, () => decode(SavedModelProto, readFileSync(file))).meta_graphs;
}

/** TensorFlow's text, and what is usually wrong. */
function missing(path: string): string {
  const text =
    `Could not find SavedModel .pb or .pbtxt at supplied export directory path: ${path}. ` +
    'Check that the directory exists and that you have the right permissions for accessing it.';
  if (existsSync(join(path, 'saved_model.pbtxt')))
    return `${path}: a SavedModel as text (saved_model.pbtxt) is not supported; save it as saved_model.pb`;
  if (existsSync(join(path, '1', 'saved_model.pb')))
    return `${text} The versions are below it, e.g. ${join(path, '1')}.`;
  if (existsSync(path) && !statSync(path).isDirectory()) return `${text} It is a file, not a folder.`;
  return text;
}

function sameTags(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((tag) => b.includes(tag));
}
