import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl, { type Entry, type ZipFile } from 'yauzl';

/** Unpacks the files whose paths `wanted` names, below `folder`; streamed, so that a library of a gigabyte is no matter. yauzl refuses paths that lead out of it. */
export async function unzip(file: string, folder: string, wanted: (path: string) => boolean): Promise<string[]> {
  const written: string[] = [];
  await eachEntry(file, async (zip, entry) => {
    if (entry.fileName.endsWith('/') || !wanted(entry.fileName)) return;
    const to = join(folder, entry.fileName);
    await mkdir(dirname(to), { recursive: true });
    await pipeline(await open(zip, entry), createWriteStream(to));
    written.push(entry.fileName);
  });
  return written;
}

/** The text of the first file whose path matches; undefined where none does. */
export async function readInside(file: string, path: RegExp): Promise<string | undefined> {
  let found: string | undefined;
  await eachEntry(file, async (zip, entry) => {
    if (found === undefined && path.test(entry.fileName)) found = await text(await open(zip, entry));
  });
  return found;
}

async function eachEntry(file: string, visit: (zip: ZipFile, entry: Entry) => Promise<void>): Promise<void> {
  const zip = await promisify<string, yauzl.Options, ZipFile>(yauzl.open)(file, { lazyEntries: true }).catch(
    (cause) => {
      throw new Error(`${file} is not a wheel that can be unpacked: ${cause.message}`, { cause });
    },
  );
  await new Promise<void>((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry: Entry) => visit(zip, entry).then(() => zip.readEntry(), reject));
    zip.readEntry();
  }).finally(() => zip.close());
}

function open(zip: ZipFile, entry: Entry): Promise<NodeJS.ReadableStream> {
  return promisify<Entry, NodeJS.ReadableStream>((one, done) => zip.openReadStream(one, done as never))(entry);
}
