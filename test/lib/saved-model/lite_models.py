"""Writes TensorFlow Lite models with TensorFlow's converter, and what TensorFlow's interpreter answers.

lite_models.py FOLDER [NAME...]   writes FOLDER/NAME/{model.tflite, cases.json}
"""
import json
import os
import sys

from tensorflow.lite.tools import flatbuffer_utils

from maker import convolutions, floats, folder, function, keras, layers, maker, makers, np, plain, random, tf

CONVERTER = tf.lite.TFLiteConverter


def given(model):
    """Weights that are not zero, so that a bias in the wrong place shows."""
    for variable in model.variables:
        if variable.dtype.startswith('float'):
            variable.assign(random.uniform(0.2, 1, variable.shape) if 'variance' in variable.path else random.normal(0, 0.3, variable.shape))
    return model


def keras_lite(model, *inputs, **settings):
    converter = CONVERTER.from_keras_model(given(model))
    for name, value in settings.items():
        setattr(converter, name, value)
    names = [tensor.name for tensor in model.inputs]
    return converter.convert(), [('serving_default', dict(zip(names, inputs)))]


def digits_model():
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(8, 3, strides=2, activation='relu', name='Conv1'),
        layers.Flatten(),
        layers.Dense(10, activation='softmax', name='Softmax'),
    ])


@maker
def digits():
    return keras_lite(digits_model(), floats(3, 28, 28, 1))


@maker
def unsigned():
    """As converters wrote before the schema had signatures."""
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(digits()[0]))
    model.signatureDefs = []
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model)), []


@maker
def halves():
    settings = {'optimizations': [tf.lite.Optimize.DEFAULT], 'target_spec': tf.lite.TargetSpec(supported_types=[tf.float16])}
    return keras_lite(digits_model(), floats(3, 28, 28, 1), **settings)


@maker
def small_weights():
    """Weights of eight bits, computed with as floats ("dynamic range")."""
    return keras_lite(digits_model(), floats(3, 28, 28, 1), optimizations=[tf.lite.Optimize.DEFAULT])


@maker
def integers():
    """Eight bits everywhere, also what goes in and out."""
    return keras_lite(
        digits_model(), random.integers(-128, 128, (1, 28, 28, 1), dtype='int8'),
        optimizations=[tf.lite.Optimize.DEFAULT],
        representative_dataset=lambda: ([floats(1, 28, 28, 1)] for _ in range(20)),
        target_spec=tf.lite.TargetSpec(supported_ops=[tf.lite.OpsSet.TFLITE_BUILTINS_INT8]),
        inference_input_type=tf.int8, inference_output_type=tf.int8,
    )


@maker
def convnet():
    end = [layers.PReLU(shared_axes=[1, 2]), layers.GlobalAveragePooling2D(), layers.Dense(7, activation='gelu'), layers.Dense(3, activation='hard_silu')]
    return keras_lite(convolutions(*end), floats(1, 20, 18, 3))


@maker
def mobilenet():
    return keras_lite(keras.applications.MobileNetV2((96, 96, 3), weights=None, alpha=0.35), floats(1, 96, 96, 3))


@maker
def mobilenet_v3():
    return keras_lite(keras.applications.MobileNetV3Small((96, 96, 3), weights=None, include_preprocessing=False), floats(1, 96, 96, 3))


@maker
def transformer():
    tokens = keras.Input((9,), dtype='int32', name='tokens')
    x = layers.Embedding(20, 8)(tokens)
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(x, x))
    x = layers.Dense(8, activation='relu')(x)
    model = keras.Model(tokens, layers.Dense(3, activation='softmax')(layers.GlobalMaxPooling1D()(x)))
    return keras_lite(model, random.integers(0, 20, (1, 9)).astype('int32'))


def functions_lite(**functions):
    module = tf.Module()
    module.names = functions
    for name, each in functions.items():
        setattr(module, name, each)
    signatures = {name: each.get_concrete_function() for name, each in functions.items()}
    path = os.path.join(folder, 'saved')
    tf.saved_model.save(module, path, signatures)
    converter = CONVERTER.from_saved_model(path, signature_keys=list(functions))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
    return converter.convert()


@maker
def arithmetic():
    """Two signatures, several outputs, integers and booleans."""

    @function(x=(tf.float32, [2, 3]), y=(tf.float32, [2, 3]))
    def numbers(x, y):
        top = tf.math.top_k(x, 2)
        return {
            'sum': tf.nn.relu(x + y), 'less': x < y, 'where': tf.where(x < y, x, y), 'top': top.values, 'places': top.indices,
            'arg': tf.argmax(x, 1, output_type=tf.int32), 'wide': tf.argmin(x, 1), 'stack': tf.stack([x, y], 1),
            'parts': tf.split(x, 3, 1)[1], 'rows': tf.unstack(x)[1], 'power': tf.abs(x) ** 2.5, 'mean': tf.reduce_mean(x, 0),
            'slice': x[:, ::2], 'gather': tf.gather(x, [2, 0], axis=1), 'tile': tf.tile(x, [1, 2]), 'turned': tf.transpose(x),
            'running': tf.cumsum(x, 1, exclusive=True), 'mirror': tf.pad(x, [[1, 0], [0, 2]], 'REFLECT'), 'norm': tf.math.l2_normalize(x, 1),
            'hot': tf.one_hot(tf.cast(tf.abs(x[0]) * 2, tf.int32), 4), 'log': tf.nn.log_softmax(y), 'rest': tf.math.floormod(x, 0.3),
        }

    @function(n=(tf.int32, [4]))
    def whole(n):
        return {'quotient': n // 3, 'rest': n % 3, 'divided': tf.truncatediv(n, 3), 'long': tf.cast(n, tf.int64) * 2, 'even': tf.equal(n % 2, 0)}

    return functions_lite(numbers=numbers, whole=whole), [
        ('numbers', {'x': floats(2, 3), 'y': floats(2, 3)}),
        ('whole', {'n': np.array([-7, 8, 0, 5], 'int32')}),
    ]


@maker
def pictures():
    @function(x=(tf.float32, [1, 4, 4, 4]))
    def resized(x):
        return {
            'bilinear': tf.image.resize(x, [7, 5]), 'nearest': tf.image.resize(x, [7, 5], 'nearest'),
            'depth': tf.nn.depth_to_space(x, 2), 'space': tf.nn.space_to_depth(x, 2), 'flip': tf.reverse(x, [2]),
            'batches': tf.nn.space_to_batch(x, [2, 2], [[0, 0], [0, 0]]),
        }

    return functions_lite(serving_default=resized), [('serving_default', {'x': floats(1, 4, 4, 4)})]


@maker
def recurrent():
    """A loop over graphs of their own."""
    return keras_lite(keras.Sequential([keras.Input((5, 3), batch_size=1), layers.LSTM(4, return_sequences=True), layers.GRU(3)]), floats(1, 5, 3))


@maker
def branches():
    @function(x=(tf.float32, [3]), n=(tf.int32, []))
    def branch(x, n):
        grown = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * 2 + 1), (tf.constant(0), x))[1]
        return {'grown': grown, 'chosen': tf.cond(tf.reduce_sum(x) > 0, lambda: x * 2, lambda: -x)}

    return functions_lite(serving_default=branch), [
        ('serving_default', {'x': np.array([1, 2, -0.5], 'float32'), 'n': np.int32(3)}),
        ('serving_default', {'x': np.array([-1, -2, 0.5], 'float32'), 'n': np.int32(0)}),
    ]


@maker
def unsupported():
    """An operator of TensorFlow itself: not supported, and named."""
    @function(x=(tf.float32, [2, 2]))
    def determinant(x):
        return {'y': tf.linalg.det(x)}

    return functions_lite(serving_default=determinant), []


for name in sys.argv[2:] or makers:
    file, cases = makers[name]()
    path = os.path.join(folder, name)
    os.makedirs(path)
    with open(os.path.join(path, 'model.tflite'), 'wb') as out:
        out.write(file)
    interpreter = cases and tf.lite.Interpreter(model_content=file)
    answers = []
    for key, inputs in cases:
        runner = interpreter.get_signature_runner(key)
        outputs = runner(**inputs)
        answers.append({
            'signature': key,
            'inputs': {k: plain(v) for k, v in inputs.items()},
            'outputs': {k: plain(v) for k, v in outputs.items()},
        })
    with open(os.path.join(path, 'cases.json'), 'w') as out:
        json.dump(answers, out)
