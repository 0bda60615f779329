import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '../../../lib/saved-model/decode.ts';
import { encode } from '../../../lib/saved-model/encode.ts';
import { create } from '../../../lib/saved-model/proto.ts';
import * as messages from '../../../server/src/grpc/messages.ts';
import { reload } from '../../../server/src/grpc/reload.ts';
import { createMetrics } from '../../../server/src/metrics.ts';
import { baseFolder, fakeCore } from '../fake-core.ts';
import { half } from '../fake-models.ts';

test('a reload says by how much the metrics rose that it is asked about', async () => {
  const metrics = createMetrics();
  metrics.request('z', 'OK');
  metrics.request('m', 'OK');
  const { core } = fakeCore(() => {
    // A load counts nothing by itself: this stands for the requests that come meanwhile.
    for (let i = 0; i < 3; i++) metrics.request('m', 'OK');
    return half();
  });
  const config = [
    create(messages.ModelConfigProto, { name: 'm', base_path: baseFolder(1), model_platform: 'tensorflow' }),
  ];
  const names = ['/tensorflow/serving/request_count', '/none', '/tensorflow/serving/request_latency', '/none'];
  const request = {
    config: { model_config_list: { config }, custom_model_config: undefined },
    metric_names: names,
  };
  const answer = await reload(core, request, () => {}, metrics);
  const wire = decode(messages.ReloadConfigResponse, encode(messages.ReloadConfigResponse, answer));
  assert.deepEqual(
    wire.metric.map((metric) => ({ ...metric })),
    [
      { name: '/tensorflow/serving/request_count', int64_value_increase: 3n },
      { name: '/none', int64_value_increase: 0n },
      { name: '/tensorflow/serving/request_latency', int64_value_increase: 0n },
    ],
  );
  const silent = await reload(core, { ...request, metric_names: ['/none'] }, () => {});
  assert.deepEqual(silent.metric, [{ name: '/none', int64_value_increase: 0n }]);
});
