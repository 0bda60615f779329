"""Every way to reach the gRPC port; prints one JSON object a line. Arguments: folder with the keys, ports and socket as JSON."""
import json, os, sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import grpc
from tensorflow_serving.apis import get_model_status_pb2, model_service_pb2_grpc
from functools import partial

from say import say as say_all

keys, places = sys.argv[1], json.loads(sys.argv[2])


def read(name):
    with open(os.path.join(keys, name), 'rb') as file:
        return file.read()


def state(channel):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = 'plus'
    answer = model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(request, timeout=10)
    return [[one.version, one.state] for one in answer.model_version_status]


def health(channel, service):
    # The standard's two messages, each with one field, by hand: `service` = 1 and `status` = 1.
    call = channel.unary_unary('/grpc.health.v1.Health/Check')
    answer = call(b'\x0a' + bytes([len(service)]) + service.encode() if service else b'', timeout=10)
    return list(answer)


def secure(target, *pair):
    credentials = grpc.ssl_channel_credentials(read('ca.pem'), *pair)
    return grpc.secure_channel(target, credentials, [('grpc.ssl_target_name_override', 'localhost')])


say = partial(say_all, text=False)
client = read('client.key'), read('client.pem')
say('tls', lambda: state(secure(places['tls'])))
say('no tls to tls', lambda: state(grpc.insecure_channel(places['tls'])))
say('mutual tls', lambda: state(secure(places['mutual'], *client)))
say('mutual tls without a certificate', lambda: state(secure(places['mutual'])))
plain = grpc.insecure_channel(places['plain'])
say('unix socket', lambda: state(grpc.insecure_channel('unix:' + places['socket'])))
for service in ['', 'ModelService', 'PredictionService', 'Other']:
    say(f'health of {service}', lambda: health(plain, service))
say('health where it is off', lambda: health(secure(places['tls']), ''))
