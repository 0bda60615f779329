"""TensorFlow Serving's own Python client against our gRPC port; prints one JSON object a line."""
import os, sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, model_service_pb2_grpc, predict_pb2, prediction_service_pb2_grpc
from say import say

target = sys.argv[1]
channel = grpc.insecure_channel(target, [('grpc.max_receive_message_length', -1), ('grpc.max_send_message_length', -1)])
prediction = prediction_service_pb2_grpc.PredictionServiceStub(channel)
models = model_service_pb2_grpc.ModelServiceStub(channel)


def predict(x, name='plus', signature='', version=None, outputs=(), key='x', raw=None):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    if version is not None:
        request.model_spec.version.value = version
    request.inputs[key].CopyFrom(raw if raw is not None else tf.make_tensor_proto(x, dtype=tf.float32))
    request.output_filter.extend(outputs)
    answer = prediction.Predict(request, timeout=10)
    spec = answer.model_spec
    return {
        'y': tf.make_ndarray(answer.outputs['y']).tolist(),
        'typed': len(answer.outputs['y'].float_val),
        'spec': [spec.name, spec.signature_name, spec.version.value],
    }


def metadata(field='signature_def'):
    request = get_model_metadata_pb2.GetModelMetadataRequest()
    request.model_spec.name = 'plus'
    if field:
        request.metadata_field.append(field)
    answer = prediction.GetModelMetadata(request, timeout=10)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    answer.metadata['signature_def'].Unpack(signatures)
    signature = signatures.signature_def['serving_default']
    return {
        'version': answer.model_spec.version.value,
        'input': [signature.inputs['x'].name, signature.inputs['x'].dtype, [d.size for d in signature.inputs['x'].tensor_shape.dim]],
        'method': signature.method_name,
    }


def status(name='plus', version=None):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = name
    if version is not None:
        request.model_spec.version.value = version
    answer = models.GetModelStatus(request, timeout=10)
    return [[s.version, s.state, s.status.error_code, s.status.error_message] for s in answer.model_version_status]


short = tf.compat.v1.make_tensor_proto([7.0], dtype=tf.float32)
short.tensor_shape.dim[0].size = 3

say('one', lambda: predict([1.0]))
say('content', lambda: predict([1.0, 2.5, -3.0], signature='serving_default', version=1, outputs=['y']))
say('last repeats', lambda: predict(None, raw=short))
say('large', lambda: {'sum': float(np.sum(predict(np.ones([2_000_000], np.float32))['y']))})
say('unknown model', lambda: predict([1.0], name='none'))
say('unknown version', lambda: predict([1.0], version=7))
say('unknown signature', lambda: predict([1.0], signature='nope'))
say('unknown output', lambda: predict([1.0], outputs=['z']))
say('wrong input', lambda: predict([1.0], key='z'))
say('no spec', lambda: prediction.Predict(predict_pb2.PredictRequest(), timeout=10) and None)
say('metadata', metadata)
say('no field', lambda: metadata(''))
say('bad field', lambda: metadata('f'))
say('status', status)
say('status of a version', lambda: status(version=1))
say('status of none', lambda: status('none'))
say('status of no version', lambda: status(version=7))
