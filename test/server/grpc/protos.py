"""Compares file descriptors (base64, one a line on stdin) with those of tensorflow-serving-api: prints every field or method that differs."""
import base64
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
from google.protobuf import descriptor_pb2
from tensorflow.core.example import example_pb2  # noqa: F401
from tensorflow_serving.apis import model_service_pb2, prediction_service_pb2

theirs = {}
seen = set()


def collect(file):
    if file.name in seen:
        return
    seen.add(file.name)
    proto = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(proto)
    flatten(proto, theirs)
    for dependency in file.dependencies:
        collect(dependency)


def flatten(file, into):
    def message(prefix, proto):
        name = prefix + '.' + proto.name
        for field in proto.field:
            into[name + '.' + field.name] = (field.number, field.type, field.label, field.type_name)
        for enum in proto.enum_type:
            values(name, enum)
        for nested in proto.nested_type:
            message(name, nested)

    def values(prefix, enum):
        for value in enum.value:
            into[prefix + '.' + enum.name + '.' + value.name] = value.number

    for proto in file.message_type:
        message('.' + file.package, proto)
    for enum in file.enum_type:
        values('.' + file.package, enum)
    for service in file.service:
        for method in service.method:
            into['.'.join(['', file.package, service.name, method.name])] = (method.input_type, method.output_type)


collect(prediction_service_pb2.DESCRIPTOR)
collect(model_service_pb2.DESCRIPTOR)
ours = {}
for line in sys.stdin.read().split():
    file = descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(line))
    if not file.package.startswith('google'):
        flatten(file, ours)
for name, value in ours.items():
    if theirs.get(name) != value:
        print(f'{name}: {value} here, {theirs.get(name)} there')
print(f'{len(ours)} compared')
