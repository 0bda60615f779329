import { invalidArgument } from './errors.ts';
import { floatText } from './number-text.ts';
import { PrettyWriter } from './pretty-writer.ts';

/** One class of one example; the label is bytes as the model gives them. */
export type Class = { label: Uint8Array; score: number };

/** `{"results": [[["label", score], …], …]}`, byte for byte as TF Serving writes it. */
export function writeClassifications(results: readonly Class[][]): string {
  if (results.length === 0) throw invalidArgument('Cannot convert empty ClassificationResults to JSON');
  const writer = new PrettyWriter();
  writer.startObject();
  writer.key('results');
  writer.startList();
  for (const classes of results) {
    writer.singleLine = true;
    writer.startList();
    for (const { label, score } of classes) {
      writer.startList();
      writer.string(Buffer.from(label.buffer, label.byteOffset, label.byteLength));
      writer.raw(floatText(score));
      writer.endList();
    }
    writer.endList();
    writer.singleLine = false;
  }
  writer.endList();
  writer.endObject();
  return writer.text;
}

/** `{"results": [value, …]}`. */
export function writeRegressions(results: ArrayLike<number>): string {
  if (results.length === 0) throw invalidArgument('Cannot convert empty RegressionResults to JSON');
  const writer = new PrettyWriter();
  writer.startObject();
  writer.key('results');
  writer.singleLine = true;
  writer.startList();
  for (let i = 0; i < results.length; i++) writer.raw(floatText(results[i] as number));
  writer.endList();
  writer.endObject();
  return writer.text;
}
