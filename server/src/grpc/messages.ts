import {
  bigint,
  bytes,
  float,
  int,
  many,
  map,
  maybe,
  message,
  type Of,
  string,
  sub,
} from '../../../lib/saved-model/proto.ts';
import { SignatureDef, TensorProto, TensorShapeProto } from '../../../lib/saved-model/schema.ts';

/** The messages of tensorflow.serving that we speak: names and field numbers are those of TF Serving's .proto files. */
const Int64Value = message('Int64Value', { value: bigint(1) });
export const ModelSpec = message('ModelSpec', {
  name: string(1),
  version: sub(2, () => Int64Value),
  signature_name: string(3),
  version_label: maybe(string(4)),
});
export type ModelSpec = Of<typeof ModelSpec>;

export const PredictRequest = message('PredictRequest', {
  model_spec: sub(1, () => ModelSpec),
  inputs: map(
    2,
    sub(2, () => TensorProto),
  ),
  output_filter: many(string(3)),
});
export type PredictRequest = Of<typeof PredictRequest>;
/**
 * A TensorProto for answers: a packed list is bytes on the wire, so a Float32Array goes out as it is instead of number by number.
 */
export const AnswerTensor = message('TensorProto', {
  dtype: int(1),
  tensor_shape: sub(2, () => TensorShapeProto),
  tensor_content: bytes(4),
  float_val: bytes(5),
  double_val: bytes(6),
  int_val: bytes(7),
  string_val: many(bytes(8)),
  scomplex_val: bytes(9),
  int64_val: bytes(10),
  bool_val: bytes(11),
  dcomplex_val: bytes(12),
  half_val: bytes(13),
  uint32_val: bytes(16),
  uint64_val: bytes(17),
});
export type AnswerTensor = Of<typeof AnswerTensor>;
export const PredictResponse = message('PredictResponse', {
  outputs: map(
    1,
    sub(2, () => AnswerTensor),
  ),
  model_spec: sub(2, () => ModelSpec),
});
export type PredictResponse = Of<typeof PredictResponse>;

const Any = message('Any', { type_url: string(1), value: bytes(2) });
export const SignatureDefMap = message('SignatureDefMap', {
  signature_def: map(
    1,
    sub(2, () => SignatureDef),
  ),
});
export const GetModelMetadataRequest = message('GetModelMetadataRequest', {
  model_spec: sub(1, () => ModelSpec),
  metadata_field: many(string(2)),
});
export type GetModelMetadataRequest = Of<typeof GetModelMetadataRequest>;
export const GetModelMetadataResponse = message('GetModelMetadataResponse', {
  model_spec: sub(1, () => ModelSpec),
  metadata: map(
    2,
    sub(2, () => Any),
  ),
});
export type GetModelMetadataResponse = Of<typeof GetModelMetadataResponse>;

const StatusProto = message('StatusProto', { error_code: int(1), error_message: string(2) });
const ModelVersionStatus = message('ModelVersionStatus', {
  version: bigint(1),
  state: int(2),
  status: sub(3, () => StatusProto),
});
export const GetModelStatusRequest = message('GetModelStatusRequest', { model_spec: sub(1, () => ModelSpec) });
export type GetModelStatusRequest = Of<typeof GetModelStatusRequest>;
export const GetModelStatusResponse = message('GetModelStatusResponse', {
  model_version_status: many(sub(1, () => ModelVersionStatus)),
});
export type GetModelStatusResponse = Of<typeof GetModelStatusResponse>;

/** Examples stay serialized: the model's ParseExample reads them. */
const ExampleList = message('ExampleList', { examples: many(bytes(1)) });
const ExampleListWithContext = message('ExampleListWithContext', {
  examples: many(bytes(1)),
  context: maybe(bytes(2)),
});
export const InputProto = message('Input', {
  example_list: sub(1, () => ExampleList),
  example_list_with_context: sub(2, () => ExampleListWithContext),
});
export type InputProto = Of<typeof InputProto>;
/** ClassificationRequest and RegressionRequest have the same fields. */
export const ExamplesRequest = message('ExamplesRequest', {
  model_spec: sub(1, () => ModelSpec),
  input: sub(2, () => InputProto),
});
export type ExamplesRequest = Of<typeof ExamplesRequest>;
const InferenceTask = message('InferenceTask', { model_spec: sub(1, () => ModelSpec), method_name: string(2) });
export const MultiInferenceRequest = message('MultiInferenceRequest', {
  tasks: many(sub(1, () => InferenceTask)),
  input: sub(2, () => InputProto),
});
export type MultiInferenceRequest = Of<typeof MultiInferenceRequest>;

const ClassMessage = message('Class', { label: bytes(1), score: float(2) });
const Classifications = message('Classifications', { classes: many(sub(1, () => ClassMessage)) });
const ClassificationResult = message('ClassificationResult', { classifications: many(sub(1, () => Classifications)) });
export type ClassificationResult = Of<typeof ClassificationResult>;
export const ClassificationResponse = message('ClassificationResponse', {
  result: sub(1, () => ClassificationResult),
  model_spec: sub(2, () => ModelSpec),
});
export type ClassificationResponse = Of<typeof ClassificationResponse>;

const Regression = message('Regression', { value: float(1) });
const RegressionResult = message('RegressionResult', { regressions: many(sub(1, () => Regression)) });
export type RegressionResult = Of<typeof RegressionResult>;
export const RegressionResponse = message('RegressionResponse', {
  result: sub(1, () => RegressionResult),
  model_spec: sub(2, () => ModelSpec),
});
export type RegressionResponse = Of<typeof RegressionResponse>;

export const InferenceResult = message('InferenceResult', {
  model_spec: sub(1, () => ModelSpec),
  classification_result: sub(2, () => ClassificationResult),
  regression_result: sub(3, () => RegressionResult),
});
export const MultiInferenceResponse = message('MultiInferenceResponse', {
  results: many(sub(1, () => InferenceResult)),
});
export type MultiInferenceResponse = Of<typeof MultiInferenceResponse>;

const Latest = message('Latest', { num_versions: int(1) });
const All = message('All', {});
const Specific = message('Specific', { versions: many(bigint(1)) });
const ServableVersionPolicy = message('ServableVersionPolicy', {
  latest: sub(100, () => Latest),
  all: sub(101, () => All),
  specific: sub(102, () => Specific),
});
/** config/model-config.ts has what it means. */
export const ModelConfigProto = message('ModelConfig', {
  name: string(1),
  base_path: string(2),
  model_type: int(3),
  model_platform: string(4),
  model_version_policy: sub(7, () => ServableVersionPolicy),
  version_labels: map(8, bigint(2)),
});
export type ModelConfigProto = Of<typeof ModelConfigProto>;
const ModelConfigList = message('ModelConfigList', { config: many(sub(1, () => ModelConfigProto)) });
const ModelServerConfig = message('ModelServerConfig', {
  model_config_list: sub(1, () => ModelConfigList),
  custom_model_config: sub(2, () => Any),
});
export const ReloadConfigRequest = message('ReloadConfigRequest', {
  config: sub(1, () => ModelServerConfig),
  metric_names: many(string(2)),
});
export type ReloadConfigRequest = Of<typeof ReloadConfigRequest>;
/** The one member of a oneof, so it is written also where it is 0. */
const Metric = message('Metric', { name: string(1), int64_value_increase: maybe(bigint(2)) });
export const ReloadConfigResponse = message('ReloadConfigResponse', {
  status: sub(1, () => StatusProto),
  metric: many(sub(2, () => Metric)),
});
export type ReloadConfigResponse = Of<typeof ReloadConfigResponse>;

/** One record of a warm-up file. */
export const PredictionLog = message('PredictionLog', {
  classify_log: sub(2, () => message('ClassifyLog', { request: sub(1, () => ExamplesRequest) })),
  regress_log: sub(3, () => message('RegressLog', { request: sub(1, () => ExamplesRequest) })),
  multi_inference_log: sub(4, () => message('MultiInferenceLog', { request: sub(1, () => MultiInferenceRequest) })),
  session_run_log: sub(5, () => message('SessionRunLog', {})),
  predict_log: sub(6, () => message('PredictLog', { request: sub(1, () => PredictRequest) })),
  predict_streamed_log: sub(7, () => message('PredictStreamedLog', {})),
});
export type PredictionLog = Of<typeof PredictionLog>;
