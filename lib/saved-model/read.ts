import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { naming } from './bundle.ts';
import { decode } from './decode.ts';
import { ModelError } from './error.ts';
import { readLite } from './lite/graph.ts';
import type { MetaGraphDef } from './schema.ts';
import { SavedModelProto } from './schema.ts';
import { readText } from './text-format.ts';

/** The TensorFlow Lite model beside a SavedModel, or instead of one. */
const LITE = 'model.tflite';

/** The file that a model is read from: `saved_model.pb`, the same as text where there is only that, or `model.tflite` where that is preferred or the only one. */
export function modelFile(exportPath: string, preferLite = false): string {
  const path = resolve(exportPath);
  if (path.endsWith('.tflite') && existsSync(path) && statSync(path).isFile()) return path;
  const [binary, text, lite] = ['saved_model.pb', 'saved_model.pbtxt', LITE].map((name) => join(path, name)) as [
    string,
    string,
    string,
  ];
  const file = existsSync(text) && !existsSync(binary) ? text : binary;
  return existsSync(lite) && (preferLite || !existsSync(file)) ? lite : file;
}

/** The graph with the wanted tags of the model in a folder; a TensorFlow Lite model has one graph for all. */
export function readMetaGraph(exportPath: string, tags: string[], preferLite = false): MetaGraphDef {
  const graphs = readMetaGraphs(exportPath, preferLite);
  if (isLite(modelFile(exportPath, preferLite)) && graphs[0]) return graphs[0];
  const found = graphs.find((graph) => sameTags(graph.meta_info_def?.tags ?? [], tags));
  if (found) return found;
  const sets = graphs.map((graph) => `{ ${graph.meta_info_def?.tags.join(' ')} }`);
  throw new ModelError(
    'NOT_FOUND',
    `Could not find meta graph def matching supplied tags: { ${tags.join(' ')} } in ${join(resolve(exportPath), 'saved_model.pb')}. It has: ${sets.join(', ') || 'none'}.`,
  );
}

/** All graphs of the model in a folder, each with tags of its own. */
export function readMetaGraphs(exportPath: string, preferLite = false): MetaGraphDef[] {
  const file = modelFile(exportPath, preferLite);
  if (isLite(file)) return [naming(file, () => readLite(readFileSync(file)))];
  if (!existsSync(file)) throw new ModelError('NOT_FOUND', missing(resolve(exportPath)));
  const read = file.endsWith('.pbtxt')
    ? () => readText(SavedModelProto, readFileSync(file, 'utf8'))
    : () => decode(SavedModelProto, readFileSync(file));
  return naming(file, read).meta_graphs;
}

function isLite(file: string): boolean {
  return file.endsWith('.tflite');
}

/** TensorFlow's text, and what is usually wrong. */
function missing(path: string): string {
  const text =
    `Could not find SavedModel .pb or .pbtxt at supplied export directory path: ${path}. ` +
    'Check that the directory exists and that you have the right permissions for accessing it.';
  if (existsSync(join(path, '1', 'saved_model.pb')))
    return `${text} The versions are below it, e.g. ${join(path, '1')}.`;
  if (existsSync(path) && !statSync(path).isDirectory()) return `${text} It is a file, not a folder.`;
  return text;
}

function sameTags(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((tag) => b.includes(tag));
}
