"""SavedModels made by TensorFlow, and what TensorFlow Serving would answer for them over REST.

oracle.py FOLDER   writes FOLDER/<model>/1 and FOLDER/cases.json: [{model, verb, body, answer | outputs}]
TensorFlow's TF1 session computes the outputs, as it does inside TF Serving; here they are only printed in its JSON style
(RapidJSON's PrettyWriter with WriteDecimal's numbers). `outputs` (numbers, a tolerance) stand where float sums may round otherwise.
"""
import base64
import json
import math
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'
import keras
import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1
tf.get_logger().setLevel('ERROR')
folder = sys.argv[1]
cases = []


class Pretty:
    """RapidJSON's PrettyWriter: 4 blanks a level; `single` is kFormatSingleLineArray."""

    def __init__(self):
        self.text = b''
        self.levels = []
        self.single = False

    def prefix(self):
        if not self.levels:
            return
        level = self.levels[-1]
        kind, count = level
        if kind == '[':
            if count:
                self.text += b', ' if self.single else b','
            if not self.single:
                self.text += b'\n' + b'    ' * len(self.levels)
        elif count % 2:
            self.text += b': '
        else:
            self.text += (b',' if count else b'') + b'\n' + b'    ' * len(self.levels)
        level[1] += 1

    def start(self, kind):
        self.prefix()
        self.text += kind.encode()
        self.levels.append([kind, 0])

    def end(self):
        kind, count = self.levels.pop()
        if count and not (kind == '[' and self.single):
            self.text += b'\n' + b'    ' * len(self.levels)
        self.text += b']' if kind == '[' else b'}'

    def raw(self, text):
        self.prefix()
        self.text += text if isinstance(text, bytes) else text.encode()

    def string(self, value):
        value = value if isinstance(value, bytes) else value.encode()
        names = {34: b'\\"', 92: b'\\\\', 8: b'\\b', 9: b'\\t', 10: b'\\n', 12: b'\\f', 13: b'\\r'}
        self.raw(b'"' + b''.join(names.get(c) or (b'\\u00%02X' % c if c < 32 else bytes([c])) for c in value) + b'"')


def decimal(value, digits, cast):
    if math.isnan(value):
        return 'NaN'
    if math.isinf(value):
        return 'Infinity' if value > 0 else '-Infinity'
    text = '%g' % value
    with np.errstate(over='ignore'):
        if cast(text) != value:
            text = '%.*g' % (digits, value)
    return text if '.' in text or 'e' in text else text + '.0'


def leaf(writer, name, value, dtype):
    if dtype == np.float32:
        writer.raw(decimal(float(value), 9, np.float32))
    elif dtype == np.float64:
        writer.raw(decimal(float(value), 17, float))
    elif dtype == np.bool_:
        writer.raw('true' if value else 'false')
    elif dtype == object:
        value = value if isinstance(value, bytes) else value.encode()
        if name.endswith('_bytes'):
            writer.start('{')
            writer.string('b64')
            writer.string(base64.b64encode(value))
            writer.end()
        else:
            writer.string(value)
    else:
        writer.raw(str(int(value)))


def values(writer, name, array, dtype):
    if not isinstance(array, np.ndarray) or array.ndim == 0:
        return leaf(writer, name, array[()] if isinstance(array, np.ndarray) else array, dtype)
    writer.start('[')
    for item in array:
        values(writer, name, item, dtype)
    writer.end()


def predictions(outputs):
    writer = Pretty()
    writer.start('{')
    writer.string('predictions')
    writer.start('[')
    for i in range(len(next(iter(outputs.values())))):
        if len(outputs) > 1:
            writer.start('{')
        writer.single = True
        for name, array in outputs.items():
            if len(outputs) > 1:
                writer.string(name)
            values(writer, name, array[i], array.dtype)
        writer.single = False
        if len(outputs) > 1:
            writer.end()
    writer.end()
    writer.end()
    return writer.text


def columns(outputs):
    writer = Pretty()
    writer.start('{')
    writer.string('outputs')
    if len(outputs) > 1:
        writer.start('{')
    for name, array in outputs.items():
        if len(outputs) > 1:
            writer.string(name)
        values(writer, name, array, array.dtype)
    if len(outputs) > 1:
        writer.end()
    writer.end()
    return writer.text


def results(outputs, verb):
    writer = Pretty()
    writer.start('{')
    writer.string('results')
    if verb == 'regress':
        writer.single = True
        writer.start('[')
        for value in outputs['outputs'].reshape(-1):
            leaf(writer, '', value, np.dtype('float32'))
        writer.end()
    else:
        writer.start('[')
        count, width = next(iter(outputs.values())).shape
        for i in range(count):
            writer.single = True
            writer.start('[')
            for c in range(width):
                writer.start('[')
                writer.string(outputs['classes'][i][c] if 'classes' in outputs else b'')
                leaf(writer, '', outputs['scores'][i][c] if 'scores' in outputs else 0.0, np.dtype('float32'))
                writer.end()
            writer.end()
            writer.single = False
        writer.end()
    writer.end()
    return writer.text


def run(path, signature, inputs, wanted=None):
    with tf1.Session(graph=tf1.Graph()) as session:
        definition = tf1.saved_model.load(session, ['serve'], path).signature_def[signature]
        keys = wanted or sorted(definition.outputs)
        feeds = {definition.inputs[key].name: value for key, value in inputs.items()}
        fetched = session.run([definition.outputs[key].name for key in keys], feeds)
        return {key: np.array(value, dtype=object) if isinstance(value, bytes) else np.asarray(value) for key, value in zip(keys, fetched)}


def jsonable(value):
    if isinstance(value, np.ndarray):
        return [jsonable(item) for item in value] if value.ndim else jsonable(value[()])
    if isinstance(value, list):
        return [jsonable(item) for item in value]
    if isinstance(value, bytes):
        return {'b64': base64.b64encode(value).decode()}
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, (np.floating, float)):
        return float(value)
    return value if isinstance(value, str) else int(value)


def predict(model, inputs, signature='serving_default', tolerance=None):
    """The same request by row (where the batch allows) and by column."""
    path = os.path.join(folder, model, '1')
    outputs = run(path, signature, inputs)
    inputs = {key: np.asarray(value) for key, value in inputs.items()}
    head = {} if signature == 'serving_default' else {'signature_name': signature}
    named = {key: jsonable(value) for key, value in inputs.items()}
    forms = [({**head, 'inputs': named}, columns)]
    if len(inputs) == 1:
        forms.append(({**head, 'inputs': list(named.values())[0]}, columns))
    shapes = [array.shape for array in [*inputs.values(), *outputs.values()]]
    if all(shape and shape[0] == shapes[0][0] for shape in shapes):
        rows = [{key: value[i] for key, value in named.items()} for i in range(shapes[0][0])]
        forms.append(({**head, 'instances': rows}, predictions))
        if len(inputs) == 1:
            forms.append(({**head, 'instances': list(named.values())[0]}, predictions))
    for body, write in forms:
        case = {'model': model, 'verb': 'predict', 'body': json.dumps(body)}
        if tolerance is None:
            case['answer'] = base64.b64encode(write(outputs)).decode()
        else:
            answer = {key: array.tolist() for key, array in outputs.items()}
            case['outputs'] = answer
            case['tolerance'] = tolerance
        cases.append(case)


def examples(model, verb, items, signature='serving_default', context=None):
    def feature(value):
        items = value if isinstance(value, list) else [value]
        if isinstance(items[0], float):
            return tf.train.Feature(float_list=tf.train.FloatList(value=items))
        if isinstance(items[0], int):
            return tf.train.Feature(int64_list=tf.train.Int64List(value=items))
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[item if isinstance(item, bytes) else item.encode() for item in items]))

    def example(item):
        return tf.train.Example(features=tf.train.Features(feature={key: feature(value) for key, value in item.items()})).SerializeToString()

    serialized = np.array([example({**(context or {}), **item}) for item in items], dtype=object)
    path = os.path.join(folder, model, '1')
    outputs = run(path, signature, {'inputs': serialized})
    plain = lambda item: {key: jsonable(value) for key, value in item.items()}
    body = {'signature_name': signature, **({'context': plain(context)} if context else {}), 'examples': [plain(item) for item in items]}
    cases.append({'model': model, 'verb': verb, 'body': json.dumps(body), 'answer': base64.b64encode(results(outputs, verb)).decode()})


def save_module(model, function, specs):
    module = tf.Module()
    module.run = tf.function(function, input_signature=specs)
    tf.saved_model.save(module, os.path.join(folder, model, '1'), module.run)


def save_tf1(model, build):
    with tf1.Graph().as_default(), tf1.Session() as session:
        signatures = build()
        session.run(tf1.global_variables_initializer())
        info = tf1.saved_model.utils.build_tensor_info
        define = tf1.saved_model.signature_def_utils.build_signature_def
        builder = tf1.saved_model.builder.SavedModelBuilder(os.path.join(folder, model, '1'))
        builder.add_meta_graph_and_variables(session, ['serve'], signature_def_map={
            name: define({key: info(value) for key, value in inputs.items()}, {key: info(value) for key, value in outputs.items()}, 'tensorflow/serving/' + method)
            for name, (inputs, outputs, method) in signatures.items()
        })
        builder.save()


spec = lambda shape, dtype, name: tf.TensorSpec(shape, dtype, name=name)

# Every dtype that JSON can hold, through a graph that hands it on, and through arithmetic where the type has it.
SAMPLES = {
    'float32': [0.1, -0.0, 1 / 3, 1e-45, 3.4028235e38, 16777217, 1435774380, 9e6, 3e-5, float('inf'), float('-inf'), float('nan')],
    'float64': [0.1, -0.0, 1 / 3, 5e-324, 1.7976931348623157e308, 2**53 + 1, 123456789.125, float('inf'), float('nan')],
    'int8': [-128, 127, 0], 'int16': [-32768, 32767], 'int32': [-2**31, 2**31 - 1], 'uint8': [0, 255],
    'int64': [-2**63, 2**63 - 1, 2**53 + 1, -2**53 - 1, 9007199254740993], 'uint32': [0, 2**32 - 1], 'uint64': [0, 2**64 - 1, 2**63 + 1],
    'bool': [True, False], 'string': [b'plain', 'h\u00e9'.encode(), b'"\\\n\x01'],
}
for dtype, sample in SAMPLES.items():
    save_module('same_' + dtype, lambda x: {'y': tf.identity(x)}, [spec(None, tf.as_dtype(dtype), 'x')])
    array = np.array(sample, dtype=object if dtype == 'string' else dtype)
    predict('same_' + dtype, {'x': array})
    predict('same_' + dtype, {'x': np.stack([array, array])})
    predict('same_' + dtype, {'x': array[0] if dtype != 'string' else np.array(array[0], dtype=object)})
for dtype in ('float32', 'float64', 'int32', 'int64'):
    save_module('sum_' + dtype, lambda x, y: {'sum': x + y, 'product': x * y}, [spec([None], tf.as_dtype(dtype), 'x'), spec([None], tf.as_dtype(dtype), 'y')])
    big = {'int64': [2**53 + 1, -(2**62), 3], 'int32': [2**30, -5, 3]}.get(dtype, [0.1, 1e10, -3.7])
    predict('sum_' + dtype, {'x': np.array(big, dtype), 'y': np.array([3, 2, 7], dtype)})

save_module('bytes', lambda x: {'out_bytes': tf.strings.join([x, x]), 'length': tf.strings.length(x)}, [spec([None], tf.string, 'x')])
predict('bytes', {'x': np.array([b'\xff\x00a', b''], dtype=object)})
save_module('several', lambda a, b, s: {'text': tf.strings.upper(s), 'sum': a + tf.cast(b, tf.float32), 'b': b * 2},
            [spec([None, 2], tf.float32, 'a'), spec([None, 2], tf.int64, 'b'), spec([None], tf.string, 's')])
predict('several', {'a': np.array([[0.5, 1.25], [2, 3]], 'float32'), 'b': np.array([[1, 2**40], [3, -4]]), 's': np.array(['x', 'yz'], dtype=object)})


def half_plus_two():
    serialized = tf1.placeholder(tf.string, name='tf_example')
    parsed = tf1.io.parse_example(serialized, {
        'x': tf1.io.FixedLenFeature([1], tf.float32, default_value=[0.0]), 'n': tf1.io.FixedLenFeature([2], tf.int64, default_value=[1, 2]),
        's': tf1.io.FixedLenFeature([2], tf.string, default_value=['p', 'q']),
    })
    x = tf1.identity(parsed['x'], name='x')
    a = tf1.get_variable('a', initializer=0.5, use_resource=False)
    y = tf1.add(tf1.multiply(a, x), 2.0, name='y')
    scores = y * tf1.cast(parsed['n'], tf.float32)
    return {
        'serving_default': ({'x': x}, {'y': y}, 'predict'),
        'regress': ({'inputs': serialized}, {'outputs': y}, 'regress'),
        'flat': ({'inputs': serialized}, {'outputs': tf1.reshape(y, [-1])}, 'regress'),
        'classify': ({'inputs': serialized}, {'classes': parsed['s'], 'scores': scores}, 'classify'),
        'labels': ({'inputs': serialized}, {'classes': parsed['s']}, 'classify'),
        'scores': ({'inputs': serialized}, {'scores': scores}, 'classify'),
    }


save_tf1('half_plus_two', half_plus_two)
predict('half_plus_two', {'x': np.array([[1], [2.3], [-7e7]], 'float32')})
predict('half_plus_two', {'x': np.array([1, 2, 5], 'float32')})
some = [{'x': 1.5, 'n': [3, -4], 's': ['one', b'\xc3\xa9']}, {}, {'x': [0.1], 's': ['a"b', '']}]
for signature in ('regress', 'flat'):
    examples('half_plus_two', 'regress', some, signature)
for signature in ('classify', 'labels', 'scores'):
    examples('half_plus_two', 'classify', some, signature)
    examples('half_plus_two', 'classify', [{'x': 4.5}, {'s': ['own', 'own']}], signature, context={'n': [7, 8], 's': ['c1', 'c2'], 'x': 0.25})

# Keras: weights that floats add without rounding, so that the order of a sum cannot show; and a softmax, where it may.
random = np.random.default_rng(3)
inputs = keras.Input((6, 6, 1), name='image')
hidden = keras.layers.Conv2D(4, 3, strides=2, activation='relu')(inputs)
exact = keras.Model(inputs, keras.layers.Dense(5)(keras.layers.Flatten()(hidden)))
for variable in exact.variables:
    variable.assign(random.integers(-8, 9, variable.shape) / 16)
exact.export(os.path.join(folder, 'keras_exact', '1'), verbose=False)
predict('keras_exact', {'image': (random.integers(0, 256, (3, 6, 6, 1)) / 256).astype('float32')})
soft = keras.Model(inputs, keras.layers.Softmax()(exact(inputs)))
soft.export(os.path.join(folder, 'keras_softmax', '1'), verbose=False)
predict('keras_softmax', {'image': (random.integers(0, 256, (3, 6, 6, 1)) / 256).astype('float32')}, tolerance=1e-6)

with open(os.path.join(folder, 'cases.json'), 'w') as file:
    json.dump(cases, file)
