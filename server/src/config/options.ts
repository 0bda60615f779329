import { StatusError } from '../codec/errors.ts';
import type { FlagValues } from './flags.ts';

/** Refuses the combinations of flags that TF Serving refuses, with its texts, in its order. */
export function checkOptions(flags: FlagValues): void {
  if (flags.port === 0 && flags.grpc_socket_path === '') {
    throw invalid('At least one of server_options.grpc_port or server_options.grpc_socket_path must be set.');
  }
  if (flags.use_alts_credentials && flags.ssl_config_file !== '') {
    throw invalid('Either use_alts_credentials must be false or ssl_config_file must be empty.');
  }
  if (flags.use_alts_credentials) {
    throw new StatusError(
      'UNIMPLEMENTED',
      'ALTS works on Google Cloud only; secure the gRPC port with --ssl_config_file=PATH.',
    );
  }
  if (flags.model_base_path === '' && flags.model_config_file === '') {
    throw invalid('Both server_options.model_base_path and server_options.model_config_file are empty!');
  }
}

/** Checked after the model configuration is read, as there. */
export function checkSessionOptions(flags: FlagValues): void {
  if (flags.platform_config_file !== '') return;
  if (!flags.enable_batching && flags.batching_parameters_file !== '') {
    throw invalid(
      'server_options.batching_parameters_file is set without setting server_options.enable_batching to true.',
    );
  }
  const threads = [
    'tensorflow_intra_op_parallelism',
    'tensorflow_inter_op_parallelism',
    'tensorflow_session_parallelism',
  ];
  if (threads.every((name) => (flags[name] as number) > 0)) {
    throw invalid(
      'Either configure server_options.tensorflow_session_parallelism or (server_options.tensorflow_intra_op_parallelism, server_options.tensorflow_inter_op_parallelism) separately. You cannot configure all.',
    );
  }
}

const invalid = (text: string): StatusError => new StatusError('INVALID_ARGUMENT', text);
