import { createHash } from 'node:crypto';
import { createReadStream, globSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { python } from './python.ts';
import { root } from './root.ts';

/** A package index on this machine whose one project is made of the TensorFlow that the tests have installed anyway. */
export async function tensorflowIndex(folder: string, project: string): Promise<{ url: string; close(): void }> {
  const file = `${project.replace('-', '_')}-2.21.0-cp311-cp311-manylinux_2_17_x86_64.whl`;
  const wheel = join(folder, file);
  await packWheel(wheel);
  const hash = createHash('sha256');
  await pipeline(createReadStream(wheel), hash);
  const listed = { filename: file, url: file, hashes: { sha256: hash.digest('hex') }, size: statSync(wheel).size };

  const server = createServer((request, response) => {
    if (request.url === `/${project}/`) {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
      response.end(JSON.stringify({ files: [listed] }));
    } else if (request.url === `/${project}/${file}`) createReadStream(wheel).pipe(response);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, close };
}

/** Not compressed: a gigabyte would take a minute. One file too many, to see that it is left behind. */
async function packWheel(wheel: string): Promise<void> {
  const [packages] = globSync('.venv/lib/python3*/site-packages', { cwd: root });
  const code = `
import glob, os, sys, zipfile
os.chdir(sys.argv[2])
with zipfile.ZipFile(sys.argv[1], 'w') as z:
    for file in ['tensorflow/__init__.py', *glob.glob('tensorflow/libtensorflow*.so.2'), *glob.glob('tensorflow/include/**/*.h', recursive=True)]:
        z.write(file)`;
  await execa(python!, ['-c', code, wheel, join(root, packages!)]);
}
