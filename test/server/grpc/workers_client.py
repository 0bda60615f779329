"""TensorFlow Serving's Python client against several workers: it kills one with SIGKILL between its calls, and goes on calling."""
import json
import os
import signal
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

target, worker = sys.argv[1], int(sys.argv[2])
request = predict_pb2.PredictRequest()
request.model_spec.name = 'plus'
request.inputs['x'].CopyFrom(tf.make_tensor_proto([1.0], dtype=tf.float32))


def stub():
    return prediction_service_pb2_grpc.PredictionServiceStub(grpc.insecure_channel(target, [('grpc.use_local_subchannel_pool', 1), ('grpc.enable_retries', 0)]))


stubs = [stub() for _ in range(8)]
codes = {}
wrong = 0
for turn in range(40):
    if turn == 20:
        os.kill(worker, signal.SIGKILL)
    # All at once; those whose connection went to the dead one fail, once.
    for call in [one.Predict.future(request, timeout=60, wait_for_ready=turn > 20) for one in stubs]:
        code = call.code().name
        codes[code] = codes.get(code, 0) + 1
        if code == 'OK':
            wrong += call.result().outputs['y'].float_val[0] != 2
print(json.dumps({'codes': codes, 'wrong': wrong}))
