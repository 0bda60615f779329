import type { Log } from '../log.ts';
import { one, readConfigFile } from './config-files.ts';
import type { MessageType } from './text-proto.ts';

/** PEM texts for the gRPC port. */
export type SslConfig = { key: string; cert: string; ca: string; clientVerify: boolean };

export function readSslConfig(path: string, log: Log): SslConfig {
  const config = readConfigFile(path, SSLConfig, log);
  return {
    key: one(config, 'server_key', ''),
    cert: one(config, 'server_cert', ''),
    ca: one(config, 'custom_ca', ''),
    clientVerify: one(config, 'client_verify', false),
  };
}

const SSLConfig: MessageType = {
  name: 'tensorflow.serving.SSLConfig',
  fields: {
    server_key: { kind: 'string' },
    server_cert: { kind: 'string' },
    custom_ca: { kind: 'string' },
    client_verify: { kind: 'bool' },
  },
};
