import type { Log } from '../log.ts';
import { one, readConfigFile } from './config-files.ts';
import type { MessageType, TextMessage } from './text-proto.ts';

/** What one model may take, where it differs from the flags. */
export type ModelLimits = { maxQueued: number | undefined; maxBytes: number | undefined };

/**
 * Ours, beside TF Serving's model configuration, which would refuse more fields:
 * `model { name: "slow" max_queued_requests: 8 max_mb: 200 }`, once for each model.
 */
export function readLimitsConfig(path: string, log: Log): Map<string, ModelLimits> {
  const models = (readConfigFile(path, Limits, log).get('model') ?? []) as TextMessage[];
  return new Map(
    models.map((model) => {
      const number = (field: string): number | undefined =>
        model.has(field) ? Number(one<bigint | number>(model, field, 0n)) : undefined;
      const megabytes = number('max_mb');
      return [
        one(model, 'name', ''),
        {
          maxQueued: number('max_queued_requests'),
          maxBytes: megabytes === undefined ? undefined : megabytes * 1e6,
        },
      ] as const;
    }),
  );
}

const Model: MessageType = {
  name: 'typelab.ModelLimits.Model',
  fields: { name: { kind: 'string' }, max_queued_requests: { kind: 'int' }, max_mb: { kind: 'int' } },
};
const Limits: MessageType = {
  name: 'typelab.ModelLimits',
  fields: { model: { kind: 'message', message: () => Model, many: true } },
};
