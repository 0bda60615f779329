// The yardstick: bare grpc-js with proto-loader, which parses the same message and answers a constant. `node grpc-yardstick.mjs PORT`
import { join } from 'node:path';
import { loadPackageDefinition, Server, ServerCredentials } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const protos = join(import.meta.dirname, '../../../server/proto');
const loaded = loadSync('tensorflow_serving/serving.proto', { includeDirs: [protos], keepCase: true });
const { PredictionService } = loadPackageDefinition(loaded).tensorflow.serving;
const scores = {
  dtype: 'DT_FLOAT',
  tensor_shape: { dim: [{ size: 1 }, { size: 10 }] },
  float_val: Array(10).fill(0.123456789),
};
const answer = {
  outputs: { scores },
  model_spec: { name: 'digits', version: { value: 1 }, signature_name: 'serving_default' },
};
const server = new Server();
server.addService(PredictionService.service, {
  Predict: ({ request }, done) => done(Object.keys(request.inputs).length === 1 ? null : new Error('no input'), answer),
});
server.bindAsync(`127.0.0.1:${process.argv[2]}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
