"""Writes SavedModels with TensorFlow, and what TensorFlow answers for some inputs.

write_models.py FOLDER [NAME...]   writes FOLDER/NAME/{saved_model.pb, variables, cases.json}
The answers come from the TF1 loader, because that is what TensorFlow Serving runs.
"""
import json
import os
import sys

from maker import convolutions, folder, floats, keras, keras_case, layers, maker, makers, np, plain, random, save_keras, tf, tf1
import found_models
import function_models
import keras_models
import op_models
import tf1_models

wanted = sys.argv[2:]


@maker
def digits(path):
    model = keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(8, 3, strides=2, activation='relu', name='Conv1'),
        layers.Flatten(),
        layers.Dense(10, activation='softmax', name='Softmax'),
    ])
    return keras_case(path, model, floats(3, 28, 28, 1)) + [('serve', {model.inputs[0].name: floats(1, 28, 28, 1)})]


@maker
def convnet(path):
    end = [layers.GlobalAveragePooling2D(), layers.Dropout(0.5), layers.Dense(7, activation='selu'), layers.Dense(3, activation='softplus')]
    return keras_case(path, convolutions(*end), floats(2, 20, 18, 3))


@maker
def sequences(path):
    model = keras.Sequential([
        keras.Input((12, 5)),
        layers.Conv1D(6, 3, padding='causal', activation='gelu'),
        layers.MaxPooling1D(2),
        layers.LayerNormalization(),
        layers.TimeDistributed(layers.Dense(4, activation='swish')),
        layers.Permute((2, 1)),
        layers.Reshape((3, 8)),
        layers.GlobalMaxPooling1D(),
        layers.Dense(2),
    ])
    return keras_case(path, model, floats(3, 12, 5))


@maker
def merges(path):
    a, b = keras.Input((4,), name='a'), keras.Input((4,), name='b')
    x = layers.Add()([a, b])
    y = layers.Multiply()([a, layers.Subtract()([a, b])])
    z = layers.Concatenate()([x, y, layers.Maximum()([a, b]), layers.Average()([a, b])])
    model = keras.Model([a, b], {'sum': layers.Dense(2)(z), 'dot': layers.Dot(1)([a, b])})
    return keras_case(path, model, floats(3, 4), floats(3, 4))


@maker
def text(path):
    model = keras.Sequential([
        keras.Input((6,), dtype='int32'),
        layers.Embedding(20, 5),
        layers.GlobalAveragePooling1D(),
        layers.Dense(3, activation='softmax'),
    ])
    return keras_case(path, model, random.integers(0, 20, (2, 6)).astype('int32'))


@maker
def lstm(path):
    return keras_case(path, keras.Sequential([keras.Input((6, 4)), layers.LSTM(5)]), floats(2, 6, 4))


@maker
def gru(path):
    model = keras.Sequential([keras.Input((6, 4)), layers.Bidirectional(layers.GRU(3, return_sequences=True)), layers.SimpleRNN(4)])
    return keras_case(path, model, floats(2, 6, 4))


@maker
def attention(path):
    x = keras.Input((5, 8))
    model = keras.Model(x, layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(x, x)))
    return keras_case(path, model, floats(2, 5, 8))


@maker
def mobilenet(path):
    model = keras.applications.MobileNetV2((96, 96, 3), alpha=0.35, weights=None, classes=10)
    model.export(path, verbose=False)
    return [('serving_default', {model.inputs[0].name: floats(1, 96, 96, 3)})]


@maker
def arithmetic(path):
    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.int64, name='a'), tf.TensorSpec([None], tf.int64, name='b')])
        def integers(self, a, b):
            return {
                'sum': a + b, 'product': a * b, 'quotient': a // b, 'rest': a % b, 'less': a < b, 'largest': tf.reduce_max(a),
                'where': tf.where(a > b, a, b), 'cast': tf.cast(a, tf.float64) / 3, 'narrow': tf.cast(a, tf.int32),
                'picked': tf.gather(a, tf.argsort(b)[:1]), 'total': tf.cumsum(a), 'one_hot': tf.one_hot(b % 5, 5, dtype=tf.int64),
            }

        @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, name='x')])
        def floats(self, x):
            mean, variance = tf.nn.moments(x, -1, keepdims=True)
            return {
                'norm': (x - mean) * tf.math.rsqrt(variance + 1e-3), 'softmax': tf.nn.softmax(x), 'log_softmax': tf.nn.log_softmax(x),
                'clip': tf.clip_by_value(x, -0.5, 0.5), 'flip': tf.reverse(x, [-1]), 'slice': x[..., 1:], 'stride': x[..., ::-2],
                'stack': tf.stack([x, x + 1], 1), 'tile': tf.tile(x, [2, 1]), 'pad': tf.pad(x, [[1, 0], [0, 2]], 'SYMMETRIC'),
                'erf': tf.math.erf(x), 'round': tf.round(x * 10), 'top': tf.math.top_k(x, 2)[0], 'arg': tf.argmax(x, -1),
                'matmul': x @ tf.transpose(x), 'einsum': tf.einsum('ij,kj->ik', x, x), 'any': tf.reduce_any(x > 0), 'pow': tf.pow(tf.abs(x), 1.5),
                'floor': tf.math.floormod(x, 0.3), 'expand': x[:, tf.newaxis], 'split': tf.split(x, 2, -1)[1], 'prod': tf.reduce_prod(x, 0),
            }

    model = Model()
    tf.saved_model.save(model, path, {'integers': model.integers, 'serving_default': model.floats})
    a = np.array([6000000000, -7, 2**62, 3], 'int64')
    return [('integers', {'a': a, 'b': np.array([7, 2, -3, 5], 'int64')}), ('serving_default', {'x': floats(4, 6)})]


@maker
def halves(path):
    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name='x'), tf.TensorSpec([None], tf.bool, name='b')])
        def run(self, x, b):
            half = tf.cast(x, tf.float16) * tf.constant(3, tf.float16)
            brain = tf.cast(x, tf.bfloat16) + tf.constant(1, tf.bfloat16)
            return {
                'half': tf.cast(half, tf.float32), 'brain': tf.cast(brain, tf.float32), 'double': tf.cast(x, tf.float64) ** 2,
                'byte': tf.cast(x * 100, tf.uint8), 'short': tf.cast(x * 1000, tf.int16), 'not': tf.logical_not(b),
                'and': tf.logical_and(b, x[:, 0] > 0),
            }

    model = Model()
    tf.saved_model.save(model, path, model.run)
    return [('serving_default', {'x': np.abs(floats(4, 3)), 'b': np.array([True, False, True, True])})]


@maker
def control(path):
    class Model(tf.Module):
        def __init__(self):
            self.step = tf.Variable(2.0)

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32, name='x')])
        def grow(self, x):
            count = 0
            while x < 100.0:
                x = x * self.step + 1.0
                count += 1
            return {'x': x, 'count': count}

        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name='x')])
        def choose(self, x):
            if tf.reduce_sum(x) > 0:
                y = x * self.step
            else:
                y = tf.zeros_like(x) - 1.0
            return {'y': y}

        @tf.function(input_signature=[tf.TensorSpec([], tf.int64, name='n')])
        def collatz(self, n):
            steps = tf.constant(0, tf.int64)
            while n > 1:
                if n % 2 == 0:
                    n = n // 2
                else:
                    n = 3 * n + 1
                steps += 1
            return {'steps': steps}

    model = Model()
    tf.saved_model.save(model, path, {'grow': model.grow, 'choose': model.choose, 'collatz': model.collatz})
    return [('grow', {'x': np.float32(3)}), ('choose', {'x': floats(3)}), ('choose', {'x': np.array([1, 2], 'float32')}),
            ('choose', {'x': np.array([-1, -2], 'float32')}), ('collatz', {'n': np.int64(27)})]


@maker
def strings(path):
    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name='s'), tf.TensorSpec([None], tf.int64, name='n')])
        def run(self, s, n):
            return {
                'joined': tf.strings.join([s, tf.strings.as_string(n)], '-'), 'length': tf.strings.length(s), 'upper': tf.strings.upper(s),
                'lower': tf.strings.lower(s), 'same': s, 'equal': tf.equal(s, 'a'), 'first': s[:1], 'both': tf.concat([s, s], 0),
                'number': tf.strings.as_string(tf.cast(n, tf.float32) / 3), 'replaced': tf.strings.regex_replace(s, '[aeiou]', '_'),
                'sub': tf.strings.substr(s, 0, 1), 'tiled': tf.tile(s, [2]),
                'parsed': tf.strings.to_number(tf.strings.as_string(n), tf.int64), 'stripped': tf.strings.strip(s),
            }

    model = Model()
    tf.saved_model.save(model, path, model.run)
    s = np.array(['a', 'Hello World ', b'\xff\x00raw', ''], dtype=object)
    return [('serving_default', {'s': s, 'n': np.array([1, -2, 3000000000, 0], 'int64')})]


@maker
def tables(path):
    class Model(tf.Module):
        def __init__(self):
            keys = tf.constant(['cat', 'dog', 'fish'])
            self.table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, tf.constant([3, 2**40, 5], tf.int64)), -1)
            vocabulary = os.path.join(folder, 'vocabulary.txt')
            with open(vocabulary, 'w') as file:
                file.write('red\ngreen\nblue\n')
            initializer = tf.lookup.TextFileInitializer(
                vocabulary, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER)
            self.colours = tf.lookup.StaticHashTable(initializer, 99)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name='s')])
        def run(self, s):
            return {'animal': self.table.lookup(s), 'colour': self.colours.lookup(s), 'size': self.table.size()}

    model = Model()
    tf.saved_model.save(model, path, model.run)
    return [('serving_default', {'s': np.array(['dog', 'green', 'x', 'cat'], dtype=object)})]


@maker
def vectorized(path):
    layer = layers.TextVectorization(max_tokens=20, output_sequence_length=6)
    layer.adapt(['the cat sat on the mat', 'a dog, a cat!'])
    inputs = keras.Input((), dtype='string', name='text')
    model = keras.Model(inputs, layers.Embedding(20, 3)(layer(inputs)))
    save_keras(model, path)
    return [('serving_default', {'text': np.array(['The dog sat', 'unknown words: cat cat cat cat cat cat'], dtype=object)})]


@maker
def half_plus_two(path):
    with tf1.Graph().as_default(), tf1.Session() as session:
        serialized = tf1.placeholder(tf.string, name='tf_example')
        examples = tf1.io.parse_example(serialized, {'x': tf1.io.FixedLenFeature([1], tf.float32), 'x2': tf1.io.FixedLenFeature([1], tf.float32, default_value=[0.0])})
        x = tf1.identity(examples['x'], name='x')
        a, b, c = [tf1.get_variable(name, initializer=value, use_resource=False) for name, value in (('a', 0.5), ('b', 2.0), ('c', 3.0))]
        y = tf1.add(tf1.multiply(a, x), b, name='y')
        y2 = tf1.add(tf1.multiply(a, x), c, name='y2')
        session.run(tf1.global_variables_initializer())
        info = tf1.saved_model.utils.build_tensor_info
        define = tf1.saved_model.signature_def_utils.build_signature_def
        builder = tf1.saved_model.builder.SavedModelBuilder(path)
        builder.add_meta_graph_and_variables(session, ['serve'], signature_def_map={
            'serving_default': define({'x': info(x)}, {'y': info(y)}, 'tensorflow/serving/predict'),
            'regress_x_to_y': define({'inputs': info(serialized)}, {'outputs': info(y)}, 'tensorflow/serving/regress'),
            'regress_x_to_y2': define({'inputs': info(serialized)}, {'outputs': info(y2)}, 'tensorflow/serving/regress'),
        })
        builder.save()

    def example(value):
        return tf.train.Example(features=tf.train.Features(feature={'x': tf.train.Feature(float_list=tf.train.FloatList(value=[value]))})).SerializeToString()

    examples = np.array([example(1.0), example(4.5)], dtype=object)
    return [('serving_default', {'x': np.array([[1], [2]], 'float32')}), ('serving_default', {'x': np.array([1, 2, 5], 'float32')}),
            ('regress_x_to_y', {'inputs': examples}), ('regress_x_to_y2', {'inputs': examples})]


@maker
def examples(path):
    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name='examples')])
        def run(self, examples):
            features = tf.io.parse_example(examples, {
                'f': tf.io.FixedLenFeature([2], tf.float32), 'i': tf.io.FixedLenFeature([], tf.int64, default_value=7),
                's': tf.io.FixedLenFeature([1], tf.string, default_value=['?']), 'seq': tf.io.FixedLenSequenceFeature([], tf.int64, allow_missing=True),
                'v': tf.io.VarLenFeature(tf.int64),
            })
            dense = {key: features[key] for key in ('f', 'i', 's', 'seq')}
            return {**dense, 'v': tf.sparse.to_dense(features['v'], default_value=-1)}

    def example(**lists):
        kinds = {'f': ('float_list', tf.train.FloatList), 's': ('bytes_list', tf.train.BytesList)}
        feature = {}
        for key, value in lists.items():
            name, kind = kinds.get(key, ('int64_list', tf.train.Int64List))
            feature[key] = tf.train.Feature(**{name: kind(value=value)})
        return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()

    model = Model()
    tf.saved_model.save(model, path, model.run)
    batch = [example(f=[1.5, 2.5], i=[2**40], s=[b'\xffx'], seq=[1, 2, 3], v=[9, -8]), example(f=[0, -1], seq=[4])]
    return [('serving_default', {'examples': np.array(batch, dtype=object)})]


@maker
def counter(path):
    with tf1.Graph().as_default(), tf1.Session() as session:
        count = tf1.get_variable('counter', initializer=0.0, use_resource=False)
        delta = tf1.placeholder(tf.float32, [], name='delta')
        add = tf1.assign_add(count, delta)
        one = tf1.assign_add(count, 1.0)
        reset = tf1.assign(count, 0.0)
        session.run(tf1.global_variables_initializer())
        info = tf1.saved_model.utils.build_tensor_info
        define = lambda inputs, output: tf1.saved_model.signature_def_utils.build_signature_def(inputs, {'output': info(output)}, 'tensorflow/serving/predict')
        builder = tf1.saved_model.builder.SavedModelBuilder(path)
        builder.add_meta_graph_and_variables(session, ['serve'], signature_def_map={
            'incr_counter': define({}, one), 'incr_counter_by': define({'delta': info(delta)}, add),
            'reset_counter': define({}, reset), 'get_counter': define({}, count),
        })
        builder.save()
    return [('incr_counter', {}), ('incr_counter', {}), ('get_counter', {}), ('incr_counter_by', {'delta': np.float32(2.5)}),
            ('get_counter', {}), ('reset_counter', {}), ('get_counter', {})]


@maker
def state(path):
    class Model(tf.Module):
        def __init__(self):
            self.total = tf.Variable(0.0)

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32, name='x')])
        def add(self, x):
            before = self.total.read_value()
            self.total.assign_add(x)
            return {'before': before, 'after': self.total.read_value()}

        @tf.function(input_signature=[])
        def get(self):
            return {'total': self.total.read_value() * 2.0}

    model = Model()
    tf.saved_model.save(model, path, {'add': model.add, 'get': model.get})
    return [('add', {'x': np.float32(2)}), ('get', {}), ('add', {'x': np.float32(3)}), ('get', {})]


def answers(path, cases):
    try:
        yield from list(answers_of_graph(path, cases))
    except tf.errors.FailedPreconditionError:
        # Some of what Keras 3 saves has weights for tf.saved_model.load only.
        yield from answers_of_objects(path, cases)


def answers_of_graph(path, cases):
    with tf1.Session(graph=tf1.Graph()) as session:
        signatures = tf1.saved_model.load(session, ['serve'], path).signature_def
        for name, inputs in cases:
            signature = signatures[name]
            keys = sorted(signature.outputs)
            feeds = {signature.inputs[key].name: value for key, value in inputs.items()}
            results = session.run([signature.outputs[key].name for key in keys], feeds)
            yield case(name, inputs, dict(zip(keys, results)))


def answers_of_objects(path, cases):
    model = tf.saved_model.load(path)
    for name, inputs in cases:
        outputs = model.signatures[name](**{key: tf.constant(value) for key, value in inputs.items()})
        yield case(name, inputs, {key: value.numpy() for key, value in outputs.items()})


def case(name, inputs, outputs):
    plain_ones = [{key: plain(value) for key, value in values.items()} for values in (inputs, outputs)]
    return {'signature': name, 'inputs': plain_ones[0], 'outputs': plain_ones[1]}


for name in wanted or makers:
    path = os.path.join(folder, name)
    cases = makers[name](path)
    with open(os.path.join(path, 'cases.json'), 'w') as file:
        json.dump(list(answers(path, cases)), file)
