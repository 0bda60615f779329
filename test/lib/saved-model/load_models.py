"""Loads SavedModels the three ways people do, and writes what each answers.

load_models.py FOLDER NAME...   reads FOLDER/NAME/io.json {path, inputs: {key: {shape, dtype, values}}}, writes FOLDER/NAME/answers.json
"""
import json
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'
import keras
import numpy as np
import tensorflow as tf

tf.get_logger().setLevel('ERROR')
folder = sys.argv[1]


def load(path, inputs):
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
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        signature = tf.compat.v1.saved_model.load(session, ['serve'], path).signature_def['serving_default']
        answers['TF1 loader'] = session.run(
            {key: info.name for key, info in signature.outputs.items()}, {signature.inputs[key].name: value for key, value in inputs.items()})
    return {
        way: {key: {'shape': list(value.shape), 'values': np.asarray(value).reshape(-1).tolist()} for key, value in answer.items()}
        for way, answer in answers.items()
    }


for name in sys.argv[2:]:
    place = os.path.join(folder, name)
    with open(os.path.join(place, 'io.json')) as file:
        io = json.load(file)
    inputs = {key: np.array(value['values'], value['dtype']).reshape(value['shape']) for key, value in io['inputs'].items()}
    try:
        answers = load(io['path'], inputs)
    except Exception as error:
        answers = {'error': f'{type(error).__name__}: {error}'}
    with open(os.path.join(place, 'answers.json'), 'w') as file:
        json.dump(answers, file)
