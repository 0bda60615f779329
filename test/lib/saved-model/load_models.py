"""Loads SavedModels the three ways people do, and writes what each answers.

load_models.py FOLDER NAME...   reads FOLDER/NAME/io.json {path, inputs: {key: {shape, dtype, values}}, signatures?: {name: method}},
writes FOLDER/NAME/answers.json: for each way {key: {shape, values}}; more signatures as `name by way`, and the warm-up records.
"""
import json
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'
import keras
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

tf.get_logger().setLevel('ERROR')
folder = sys.argv[1]


def listed(value):
    return [item.decode() if isinstance(item, bytes) else item for item in np.asarray(value).reshape(-1).tolist()]


def run(path, name, inputs, method):
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        signature = tf.compat.v1.saved_model.load(session, ['serve'], path).signature_def[name]
        assert signature.method_name == f'tensorflow/serving/{method}', signature.method_name
        return session.run({key: info.name for key, info in signature.outputs.items()}, {signature.inputs[key].name: value for key, value in inputs.items()})


def lite(path, inputs):
    converter = tf.lite.TFLiteConverter.from_saved_model(path)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
    content = converter.convert()
    if b'Flex' in content:
        return {}  # The converter takes it; the interpreter in this package has no ops of TensorFlow's own.
    interpreter = tf.lite.Interpreter(model_content=content)
    return interpreter.get_signature_runner('serving_default')(**inputs)


def examples(inputs):
    rows = len(next(iter(inputs.values())))
    feature = lambda row: tf.train.Feature(float_list=tf.train.FloatList(value=row.reshape(-1))) if row.dtype == 'float32' else tf.train.Feature(int64_list=tf.train.Int64List(value=row.reshape(-1)))
    return [tf.train.Example(features=tf.train.Features(feature={key: feature(value[i]) for key, value in inputs.items()})).SerializeToString() for i in range(rows)]


def warm_up(path):
    file = os.path.join(path, 'assets.extra', 'tf_serving_warmup_requests')
    if not os.path.exists(file):
        return []
    logs = [prediction_log_pb2.PredictionLog.FromString(record.numpy()) for record in tf.data.TFRecordDataset(file)]
    return [{key: {'shape': list(tf.make_ndarray(tensor).shape), 'values': tf.make_ndarray(tensor).reshape(-1).tolist()}
             for key, tensor in log.predict_log.request.inputs.items()} for log in logs]


def load(path, inputs, signatures):
    model = tf.saved_model.load(path)
    trainable = len(model.signatures['serving_default'].trainable_variables)
    answers = {
        'serving_default': model.signatures['serving_default'](**{k: tf.constant(v) for k, v in inputs.items()}),
        'serve': model.signatures['serve'](**{k: tf.constant(v) for k, v in inputs.items()}),
    }
    layer = keras.layers.TFSMLayer(path)
    if len(inputs) == 1:
        # It calls the signature by position, which TensorFlow allows for one input only, also in its own files.
        answers['TFSMLayer'] = layer(*inputs.values())
    assert len(layer.trainable_weights) == trainable, (len(layer.trainable_weights), trainable)
    answers['TF1 loader'] = run(path, 'serving_default', inputs, 'predict')
    answers['TensorFlow Lite'] = lite(path, inputs)
    for name, method in (signatures or {}).items():
        feeds = inputs if method == 'predict' else {'inputs': np.array(examples(inputs), dtype=object)}
        answers[f'{name} by tf.saved_model.load'] = model.signatures[name](**{k: tf.constant(v) for k, v in feeds.items()})
        answers[f'{name} by the TF1 loader'] = run(path, name, feeds, method)
    return {
        way: {key: {'shape': list(value.shape), 'values': listed(value)} for key, value in answer.items()}
        for way, answer in answers.items()
    }


for name in sys.argv[2:]:
    place = os.path.join(folder, name)
    with open(os.path.join(place, 'io.json')) as file:
        io = json.load(file)
    inputs = {key: np.array(value['values'], value['dtype']).reshape(value['shape']) for key, value in io['inputs'].items()}
    try:
        answers = load(io['path'], inputs, io.get('signatures'))
        answers['warm-up'] = warm_up(io['path'])
    except Exception as error:
        answers = {'error': f'{type(error).__name__}: {error}'}
    with open(os.path.join(place, 'answers.json'), 'w') as file:
        json.dump(answers, file)
