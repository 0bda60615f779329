"""TensorFlow Serving's Python client against models that are loaded on demand, two of three of which fit."""
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import grpc
import tensorflow as tf
from say import say
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, model_service_pb2_grpc, predict_pb2, prediction_service_pb2_grpc

channel = grpc.insecure_channel(sys.argv[1])
prediction = prediction_service_pb2_grpc.PredictionServiceStub(channel)
models = model_service_pb2_grpc.ModelServiceStub(channel)


def request(name):
    message = predict_pb2.PredictRequest()
    message.model_spec.name = name
    message.inputs['x'].CopyFrom(tf.make_tensor_proto([1.0], dtype=tf.float32))
    return message


def predict(name):
    return prediction.Predict(request(name), timeout=60).outputs['y'].float_val[0]


def states():
    answers = {}
    for name in ['a', 'b', 'c']:
        message = get_model_status_pb2.GetModelStatusRequest()
        message.model_spec.name = name
        answers[name] = [version.state for version in models.GetModelStatus(message, timeout=10).model_version_status]
    return answers


def metadata(name):
    message = get_model_metadata_pb2.GetModelMetadataRequest()
    message.model_spec.name = name
    message.metadata_field.append('signature_def')
    return prediction.GetModelMetadata(message, timeout=60).model_spec.version.value


say('at first', states)
say('eight at once', lambda: [call.result().outputs['y'].float_val[0] for call in [prediction.Predict.future(request('a'), timeout=60) for _ in range(8)]])
say('one is loaded', states)
say('another', lambda: predict('b'))
say('the third', lambda: predict('c'))
say('the first made room', states)
say('metadata load too', lambda: metadata('a'))
say('the second made room', states)
