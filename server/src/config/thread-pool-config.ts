import type { Log } from '../log.ts';
import { readConfigFile } from './config-files.ts';
import type { MessageType } from './text-proto.ts';

/** --thread_pool_factory_config_file: as in the stock server no factory is registered, so a file that names one is refused. */
export function checkThreadPoolConfig(path: string, log: Log): void {
  readConfigFile(path, ThreadPoolFactoryConfig, log);
}

const Any: MessageType = {
  name: 'google.protobuf.Any',
  fields: { type_url: { kind: 'string' }, value: { kind: 'string' } },
  holds: {},
};
const ThreadPoolFactoryConfig: MessageType = {
  name: 'tensorflow.serving.ThreadPoolFactoryConfig',
  fields: { thread_pool_factory_config: { kind: 'message', message: () => Any } },
};
