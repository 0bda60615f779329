"""What every model of the corpus is made with: the table of makers, seeded numbers, Keras' export."""
import base64
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'
import keras
import numpy as np
import tensorflow as tf

layers = keras.layers
tf1 = tf.compat.v1
tf.get_logger().setLevel('ERROR')
random = np.random.default_rng(7)
folder = sys.argv[1]
makers = {}


def maker(function):
    makers[function.__name__] = function
    return function


def floats(*shape):
    return random.uniform(-1, 1, shape).astype('float32')


def save_keras(model, path):
    """With weights that are not zero, so that a bias or a moving mean in the wrong place shows."""
    for variable in model.variables:
        value = random.uniform(0.2, 1, variable.shape) if 'variance' in variable.path else random.normal(0, 0.3, variable.shape)
        if variable.dtype.startswith('float'):
            variable.assign(value)
    model.export(path, verbose=False)


def keras_case(path, model, *inputs):
    save_keras(model, path)
    names = [tensor.name for tensor in model.inputs]
    return [('serving_default', dict(zip(names, inputs)))]


def info(tensor):
    return tf1.saved_model.utils.build_tensor_info(tensor)


def save_tf1(path, session, signatures, tags=('serve',), **options):
    """signatures: {name: (inputs, outputs)} of tensors."""
    define = tf1.saved_model.signature_def_utils.build_signature_def
    builder = tf1.saved_model.builder.SavedModelBuilder(path)
    builder.add_meta_graph_and_variables(session, list(tags), signature_def_map={
        name: define({k: info(t) for k, t in inputs.items()}, {k: info(t) for k, t in outputs.items()}, 'tensorflow/serving/predict')
        for name, (inputs, outputs) in signatures.items()
    }, **options)
    return builder


def save_module(path, **functions):
    """One tf.function for each signature; the first is serving_default."""
    module = tf.Module()
    for name, function in functions.items():
        setattr(module, name, function)
    first, *rest = functions
    tf.saved_model.save(module, path, {'serving_default': functions[first], **{name: functions[name] for name in rest}})


def function(**specs):
    """A decorator: @function(x=(tf.float32, [None]))."""
    return tf.function(input_signature=[tf.TensorSpec(shape, dtype, name=name) for name, (dtype, shape) in specs.items()])


def strings(*values):
    return np.array(values, dtype=object)


def plain(value):
    array = np.asarray(value)
    kind = 'string' if array.dtype == object or array.dtype.kind in 'SU' else array.dtype.name
    if kind == 'string':
        values = [base64.b64encode(item if isinstance(item, bytes) else item.encode()).decode() for item in array.reshape(-1)]
    elif array.dtype.kind == 'c':
        values = [repr(float(part)) for item in array.reshape(-1) for part in (item.real, item.imag)]
    elif array.dtype.kind == 'f' or kind == 'bfloat16':
        values = [repr(float(item)) for item in array.reshape(-1)]
    else:
        values = [str(int(item)) for item in array.reshape(-1)]
    return {'dtype': kind, 'shape': list(array.shape), 'values': values}


def convolutions(*end):
    """Most of what people build image models with; `end` makes an answer of it."""
    return keras.Sequential([
        keras.Input((20, 18, 3)),
        layers.Conv2D(6, 3, padding='same', use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(max_value=6),
        layers.MaxPooling2D(2),
        layers.DepthwiseConv2D(3, padding='same', depth_multiplier=2),
        layers.BatchNormalization(),
        layers.LeakyReLU(negative_slope=0.1),
        layers.SeparableConv2D(5, 3, activation='elu'),
        layers.AveragePooling2D(2, padding='same'),
        layers.ZeroPadding2D(((1, 2), (0, 1))),
        layers.Conv2DTranspose(4, 3, strides=2, padding='same', activation='tanh'),
        layers.UpSampling2D(2),
        layers.Cropping2D(1),
        layers.Conv2D(4, 3, dilation_rate=2, activation='sigmoid'),
        *end,
    ])
