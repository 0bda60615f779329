/** Where a kernel listens: connection files and the addresses in them. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Connection } from './protocol.ts';

export type Channel = 'shell' | 'iopub' | 'stdin' | 'control' | 'hb';

export const CHANNELS: readonly Channel[] = ['shell', 'iopub', 'stdin', 'control', 'hb'];

/** @throws when the file is missing, is not JSON or lacks a port; the message names the file. */
export function readConnection(file: string): Connection {
  const given = JSON.parse(readFileSync(file, 'utf8'));
  const missing = CHANNELS.filter((channel) => !Number.isInteger(given[`${channel}_port`]));
  if (missing.length) throw new Error(`the connection file ${file} names no port for ${missing.join(', ')}`);
  return { transport: 'tcp', ip: '127.0.0.1', key: '', signature_scheme: 'hmac-sha256', ...given };
}

export function address({ transport, ip, ...ports }: Connection, channel: Channel): string {
  return `${transport}://${ip}${transport === 'ipc' ? '-' : ':'}${ports[`${channel}_port`]}`;
}

/** A connection over sockets in `folder`: no port to collide with, and only this user can enter the folder. */
export function ipcConnection(folder: string): Connection {
  return connection('ipc', `${folder}/k`, [1, 2, 3, 4, 5]);
}

/** A connection over free ports. Another program may take one before the kernel binds it, as with Jupyter's own. */
export async function tcpConnection(ip = '127.0.0.1'): Promise<Connection> {
  const servers = await Promise.all(CHANNELS.map(() => listen(ip)));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return connection('tcp', ip, ports);
}

function connection(transport: 'tcp' | 'ipc', ip: string, ports: number[]): Connection {
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports as [number, number, number, number, number];
  const key = randomUUID();
  return {
    transport,
    ip,
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
    key,
    signature_scheme: 'hmac-sha256',
  };
}

function listen(ip: string): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, ip, () => resolve(server));
  });
}
