"""TensorFlow Serving's Python client against servers that batch with parameters, and one that answers as tensor_content."""
import json
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import grpc
import numpy as np
import tensorflow as tf
from say import say
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

places = json.loads(sys.argv[1])
stubs = {name: prediction_service_pb2_grpc.PredictionServiceStub(grpc.insecure_channel(target)) for name, target in places.items()}


def start(place, rows):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = 'plus'
    request.inputs['x'].CopyFrom(tf.make_tensor_proto(np.arange(rows), dtype=tf.float32))
    return stubs[place].Predict.future(request, timeout=60)


def values(call):
    return tf.make_ndarray(call.result().outputs['y']).tolist()


def together(place, sizes):
    calls = [start(place, rows) for rows in sizes]
    return [values(call) for call in calls]


def codes(calls):
    found = {}
    texts = set()
    for call in calls:
        found[call.code().name] = found.get(call.code().name, 0) + 1
        if call.code() != grpc.StatusCode.OK:
            texts.add(call.details())
    return [found, sorted(texts)]


say('together', lambda: together('padded', [1, 2, 1]))
say('too large', lambda: values(start('padded', 9)))
say('split', lambda: values(start('split', 9)))
say('a full queue', lambda: codes([start('full', 1) for _ in range(6)]))
say('as content', lambda: [len(start('content', 3).result().outputs['y'].tensor_content), values(start('content', 3))])
say('larger than the channel argument allows', lambda: values(start('content', 10_000)))
