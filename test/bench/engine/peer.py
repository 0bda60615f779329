"""peer.py DIGITS MOBILENET [--write]: one round of TensorFlow's own, as JSON; with --write the second model is made."""
import json
import os
import statistics
import sys
import time

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import numpy as np
import tensorflow as tf

digits, mobilenet = sys.argv[1:3]


def milliseconds(work):
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def timed(path, inputs, times):
    """The median time for all inputs, from tensor to numbers; the first tenth warms up."""
    signature = tf.saved_model.load(path).signatures['serving_default']
    [key] = signature.structured_input_signature[1]

    def work():
        for x in inputs:
            for output in signature(**{key: x}).values():
                output.numpy()

    return statistics.median([milliseconds(work) for _ in range(int(times * 1.1))][-times:])


def numbers(*shape):
    return np.random.default_rng(1).uniform(0, 1, shape).astype('float32')


if '--write' in sys.argv:
    import keras
    keras.applications.MobileNetV2((96, 96, 3), weights=None).export(mobilenet, verbose=False)
else:
    load = milliseconds(lambda: tf.saved_model.load(digits))
    images = numbers(10000, 28, 28, 1)
    batches = [tf.constant(images[i:i + 256]) for i in range(0, 10000, 256)]
    print(json.dumps({
        'load': load,
        'one': timed(digits, [tf.constant(images[:1])], 500),
        'all': timed(digits, batches, 10),
        'mobilenet': timed(mobilenet, [tf.constant(numbers(1, 96, 96, 3))], 60),
    }))
