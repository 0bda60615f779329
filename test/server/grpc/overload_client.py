"""TensorFlow Serving's Python client against a server with a slow and a quick model: deadlines, a full queue, fair shares."""
import os
import sys
import time

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import grpc
import tensorflow as tf
from say import say
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

stub = prediction_service_pb2_grpc.PredictionServiceStub(grpc.insecure_channel(sys.argv[1]))


def request(name):
    message = predict_pb2.PredictRequest()
    message.model_spec.name = name
    message.inputs['x'].CopyFrom(tf.make_tensor_proto([1.0], dtype=tf.float32))
    return message


def predict(name, timeout=120):
    return stub.Predict(request(name), timeout=timeout).outputs['y'].float_val[0]


def both():
    """A slow request runs; how many quick ones are answered meanwhile?"""
    slow = stub.Predict.future(request('slow'), timeout=120)
    quick = 0
    while not slow.done():
        predict('quick')
        quick += 1
    return {'slow': slow.result().outputs['y'].float_val[0], 'quick ones meanwhile': 'many' if quick >= 5 else quick}


def flood():
    calls = [stub.Predict.future(request('slow'), timeout=120) for _ in range(8)]
    codes = {}
    pushed_back = 0
    for call in calls:
        code = call.code().name
        codes[code] = codes.get(code, 0) + 1
        trailing = dict(call.trailing_metadata())
        pushed_back += code == 'UNAVAILABLE' and int(trailing['grpc-retry-pushback-ms']) > 0
    return codes | {'told when to come again': pushed_back}


def cancelled():
    """Those that give up leave the queue: the next one is answered."""
    calls = [stub.Predict.future(request('slow'), timeout=120) for _ in range(3)]
    time.sleep(0.05)
    for call in calls:
        call.cancel()
    return predict('slow')


say('warm', lambda: [predict('slow'), predict('quick')])
say('both', both)
say('deadline during the run', lambda: predict('slow', 0.05), text=False)
say('after that', lambda: predict('slow'))
say('flood', flood)
say('cancelled', cancelled)
