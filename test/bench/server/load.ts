/** autocannon on a core of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../helpers/root.ts';
import { pinned } from './pinned.ts';

export type Load = {
  /** Requests per second. */
  rate: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Requests that were not answered with 200. */
  failed: number;
};

export type LoadOptions = { url: string; bodyFile: string; connections: number; seconds: number };

export async function load({ url, bodyFile, connections, seconds }: LoadOptions): Promise<Load> {
  const autocannon = join(root, 'node_modules/autocannon/autocannon.js');
  const args = ['-c', String(connections), '-d', String(seconds), '-m', 'POST', '-i', bodyFile, '-j', '-n'];
  const headers = ['-H', 'content-type: application/json'];
  const [program, ...rest] = pinned(1, [process.execPath, autocannon, ...args, ...headers, url]);
  const { stdout } = await promisify(execFile)(program as string, rest, { maxBuffer: 2 ** 24 });
  const { requests, latency, errors, timeouts, non2xx } = JSON.parse(stdout) as {
    requests: { average: number };
    latency: { p50: number; p99: number };
    errors: number;
    timeouts: number;
    non2xx: number;
  };
  return { rate: requests.average, p50: latency.p50, p99: latency.p99, failed: errors + timeouts + non2xx };
}
