"""
Writes a TF1 model with classify and regress signatures, has the server load it (HandleReloadConfigRequest), and asks for what
TensorFlow itself computed. Prints one JSON object a line. Arguments: target, folder for models.
"""
import os, sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import classification_pb2, inference_pb2, model_management_pb2, model_service_pb2_grpc
from tensorflow_serving.apis import prediction_service_pb2_grpc, regression_pb2
from say import say

target, base = sys.argv[1:]
v1 = tf.compat.v1


def write(path):
    """half_plus_two with labels; returns a function that computes the same in TensorFlow."""
    with tf.Graph().as_default(), v1.Session() as session:
        serialized = v1.placeholder(tf.string, [None], 'examples')
        x = v1.io.parse_example(serialized, {'x': tf.io.FixedLenFeature([1], tf.float32, [0.0])})['x']
        y = x * 0.5 + 2.0
        scores = tf.concat([y, 1.0 / y], 1)
        labels = tf.tile([['sure', 'unsure']], [tf.shape(x)[0], 1])
        info = v1.saved_model.build_tensor_info
        signature = v1.saved_model.build_signature_def
        inputs = {'inputs': info(serialized)}
        builder = v1.saved_model.Builder(path)
        builder.add_meta_graph_and_variables(session, ['serve'], {
            'serving_default': signature(inputs, {'outputs': info(y)}, 'tensorflow/serving/regress'),
            'regress_x_to_y': signature(inputs, {'outputs': info(y)}, 'tensorflow/serving/regress'),
            'classify': signature(inputs, {'classes': info(labels), 'scores': info(scores)}, 'tensorflow/serving/classify'),
            'other_input': signature({'x': info(x)}, {'y': info(y)}, 'tensorflow/serving/predict'),
        })
        builder.save()
        examples = [example(x=[1.0]), example(x=[-7.25]), example()]
        strings = [e.SerializeToString() for e in examples]
        return examples, *session.run([y, scores], {serialized: strings})


def example(**features):
    lists = {name: tf.train.Feature(float_list=tf.train.FloatList(value=values)) for name, values in features.items()}
    return tf.train.Example(features=tf.train.Features(feature=lists))


channel = grpc.insecure_channel(target)
prediction = prediction_service_pb2_grpc.PredictionServiceStub(channel)
models = model_service_pb2_grpc.ModelServiceStub(channel)


def reload(*configs, policy=None):
    request = model_management_pb2.ReloadConfigRequest()
    request.config.model_config_list.SetInParent()
    for name, path, platform in configs:
        one = request.config.model_config_list.config.add(name=name, base_path=path, model_platform=platform)
        if policy:
            policy(one)
    return models.HandleReloadConfigRequest(request, timeout=30).status.error_code


def fill(request, examples, context=None):
    if context is None:
        request.input.example_list.examples.extend(examples)
    else:
        request.input.example_list_with_context.examples.extend(examples)
        request.input.example_list_with_context.context.CopyFrom(context)
    return request


def spec(answer):
    return [answer.model_spec.name, answer.model_spec.signature_name, answer.model_spec.version.value]


def classify(signature='classify', name='half', examples=None, context=None):
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name, request.model_spec.signature_name = name, signature
    answer = prediction.Classify(fill(request, all_examples if examples is None else examples, context), timeout=10)
    return [spec(answer), [[[c.label, c.score] for c in one.classes] for one in answer.result.classifications]]


def regress(signature='', examples=None, context=None):
    request = regression_pb2.RegressionRequest()
    request.model_spec.name, request.model_spec.signature_name = 'half', signature
    answer = prediction.Regress(fill(request, all_examples if examples is None else examples, context), timeout=10)
    return [spec(answer), [one.value for one in answer.result.regressions]]


def multi(*tasks):
    request = inference_pb2.MultiInferenceRequest()
    for name, signature, method in tasks:
        task = request.tasks.add(method_name='tensorflow/serving/' + method)
        task.model_spec.name, task.model_spec.signature_name = name, signature
    answer = prediction.MultiInference(fill(request, all_examples), timeout=10)
    return [[spec(one), one.WhichOneof('result')] for one in answer.results]


all_examples, y, scores = write(os.path.join(base, 'half', '3'))
half = ('half', os.path.join(base, 'half'), 'tensorflow')


def is_right(values, expected):
    return bool(np.array_equal(np.array(values, np.float32), expected.astype(np.float32)))


def right_classes():
    who, results = classify()
    labels = {tuple(label for label, _ in one) for one in results}
    return [who, sorted(labels), is_right([[score for _, score in one] for one in results], scores)]


def right_values(**options):
    who, values = regress(**options)
    return [who, is_right(values, y[:, 0])]


say('regress before', lambda: regress())
say('reload', lambda: reload(half))
say('classify', right_classes)
say('regress', right_values)
say('regress by name', lambda: right_values(signature='regress_x_to_y'))
say('context', lambda: regress(examples=[example()], context=example(x=[8.0]))[1])
say('an example comes before its context', lambda: regress(examples=[example(x=[4.0])], context=example(x=[8.0]))[1])
say('no examples', lambda: regress(examples=[]))
say('classify by a regress signature', lambda: classify('regress_x_to_y'))
say('classify an unknown signature', lambda: classify('none'))
say('no spec', lambda: prediction.Classify(classification_pb2.ClassificationRequest(), timeout=10) and None)
say('multi', lambda: multi(('half', 'classify', 'classify'), ('half', '', 'regress')))
say('multi of two models', lambda: multi(('half', 'classify', 'classify'), ('other', '', 'regress')))
say('multi twice', lambda: multi(('half', '', 'regress'), ('half', 'serving_default', 'regress')))
say('multi unknown', lambda: multi(('half', 'none', 'regress')))
say('multi predict', lambda: multi(('half', 'other_input', 'predict')))
say('reload a relative path', lambda: reload(('half', 'half', 'tensorflow')))
say('reload twice the same', lambda: reload(half, half))
say('reload another platform', lambda: reload(('half', half[1], 'other')))
say('reload no version for a label', lambda: reload(half, policy=lambda one: one.version_labels.update({'stable': 9})))
say('reload a label', lambda: reload(half, policy=lambda one: one.version_labels.update({'stable': 3})))


def by_label(label):
    request = regression_pb2.RegressionRequest()
    request.model_spec.name, request.model_spec.version_label = 'half', label
    return spec(prediction.Regress(fill(request, all_examples), timeout=10))


say('a label', lambda: by_label('stable'))
say('an unknown label', lambda: by_label('canary'))
say('reload without a list', lambda: models.HandleReloadConfigRequest(model_management_pb2.ReloadConfigRequest(), timeout=30))


def custom():
    request = model_management_pb2.ReloadConfigRequest()
    request.config.custom_model_config.SetInParent()
    return models.HandleReloadConfigRequest(request, timeout=30)


say('reload a custom configuration', custom)
say('reload to nothing', lambda: reload())
say('regress after', lambda: regress())
