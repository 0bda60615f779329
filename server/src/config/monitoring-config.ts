import type { Log } from '../log.ts';
import { one, readConfigFile } from './config-files.ts';
import type { MessageType, TextMessage } from './text-proto.ts';

/** Where Prometheus finds the metrics on the REST port; undefined when they are not enabled. */
export function readMonitoringConfig(path: string, log: Log): string | undefined {
  const config = readConfigFile(path, MonitoringConfig, log);
  const prometheus = config.get('prometheus_config')?.[0] as TextMessage | undefined;
  if (!one(prometheus, 'enable', false)) return undefined;
  return one(prometheus, 'path', '') || '/monitoring/prometheus/metrics';
}

const PrometheusConfig: MessageType = {
  name: 'tensorflow.serving.PrometheusConfig',
  fields: { enable: { kind: 'bool' }, path: { kind: 'string' } },
};
const MonitoringConfig: MessageType = {
  name: 'tensorflow.serving.MonitoringConfig',
  fields: { prometheus_config: { kind: 'message', message: () => PrometheusConfig } },
};
