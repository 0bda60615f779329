import { Client, credentials } from '@grpc/grpc-js';
import { decode } from '../../../lib/saved-model/decode.ts';
import { encode } from '../../../lib/saved-model/encode.ts';
import { create, type Schema } from '../../../lib/saved-model/proto.ts';
import * as messages from '../../../server/src/grpc/messages.ts';

/** One unary call over a connection of its own. */
export async function callGrpc<Q, A>(
  address: string,
  path: string,
  [request, answer]: [Schema<Q>, Schema<A>],
  value: Partial<Q>,
): Promise<A> {
  const client = new Client(address, credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });
  try {
    return await new Promise<A>((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        (given: Partial<Q>) => Buffer.from(encode(request, given)),
        (bytes: Buffer) => decode(answer, bytes),
        value,
        (error, result) => (error ? reject(error) : resolve(result as A)),
      );
    });
  } finally {
    client.close();
  }
}

/** ModelService.HandleReloadConfigRequest with base paths by name. */
export async function reloadByGrpc(address: string, models: Record<string, string>): Promise<void> {
  const config = Object.entries(models).map(([name, base_path]) =>
    create(messages.ModelConfigProto, { name, base_path, model_platform: 'tensorflow' }),
  );
  await callGrpc(
    address,
    '/tensorflow.serving.ModelService/HandleReloadConfigRequest',
    [messages.ReloadConfigRequest, messages.ReloadConfigResponse],
    { config: { model_config_list: { config }, custom_model_config: undefined } },
  );
}
