"""Graphs and sessions, as TensorFlow 1 wrote models: loops of Switch and Merge, partitioned variables, Saver shards, tags."""
import os

from maker import floats, folder, maker, np, random, save_tf1, strings, tf, tf1


def graph(build, path, config=None, **options):
    """build(session) → {signature: (inputs, outputs)}"""
    tf1.disable_control_flow_v2()
    try:
        with tf1.Graph().as_default(), tf1.Session(config=config) as session:
            signatures = build()
            session.run([tf1.global_variables_initializer(), tf1.tables_initializer()])
            if 'saver' in options:
                options['saver'] = options['saver']()
            save_tf1(path, session, signatures, **options).save()
    finally:
        tf1.enable_control_flow_v2()


@maker
def tf1_loop(path):
    def build():
        x, n = tf1.placeholder(tf.float32, [None], name='x'), tf1.placeholder(tf.int32, [], name='n')
        weight = tf1.get_variable('weight', initializer=1.5, use_resource=False)
        i, y = tf1.while_loop(lambda i, y: i < n, lambda i, y: [i + 1, y * weight + tf.cast(i, tf.float32)], [tf.constant(0), x])
        _, outer = tf1.while_loop(
            lambda a, s: a < n, lambda a, s: [a + 1, tf1.while_loop(lambda b, t: b < a, lambda b, t: [b + 1, t + 1.0], [tf.constant(0), s])[1]], [tf.constant(0), tf.constant(0.0)])
        array = tf1.TensorArray(tf.float32, n)
        _, array = tf1.while_loop(lambda i, a: i < n, lambda i, a: [i + 1, a.write(i, tf.cast(i, tf.float32) * x[0])], [tf.constant(0), array])
        parts = tf1.TensorArray(tf.float32, 2, infer_shape=False, clear_after_read=False).split(x, [1, tf.size(x) - 1])
        return {'serving_default': ({'x': x, 'n': n}, {'y': y, 'steps': i, 'outer': outer}), 'rows': ({'x': x, 'n': n}, {'rows': array.stack(), 'joined': parts.concat(), 'part': parts.read(1)})}

    graph(build, path)
    return [('serving_default', {'x': floats(3), 'n': np.int32(n)}) for n in (0, 1, 4)] + [('rows', {'x': floats(2), 'n': np.int32(3)})]


@maker
def tf1_cond(path):
    def build():
        x = tf1.placeholder(tf.float32, [None], name='x')
        positive = tf.reduce_sum(x) > 0
        y = tf1.cond(positive, lambda: x * 2, lambda: tf1.cond(tf.size(x) > 2, lambda: x - 1, lambda: -x))
        return {'serving_default': ({'x': x}, {'y': y})}

    graph(build, path)
    return [('serving_default', {'x': x}) for x in (np.array([1, 2], 'float32'), np.array([-1, -2], 'float32'), np.array([-1, -2, -3], 'float32'))]


@maker
def partitioned(path):
    def build():
        x, ids = tf1.placeholder(tf.float32, [None, 10], name='x'), tf1.placeholder(tf.int64, [None], name='ids')
        with tf1.variable_scope('part', partitioner=tf1.fixed_size_partitioner(3)):
            weights = tf1.get_variable('weights', [10, 4], initializer=tf1.random_normal_initializer(seed=1), use_resource=False)
            table = tf1.get_variable('table', [8, 3], initializer=tf1.random_normal_initializer(seed=2), use_resource=True)
        return {'serving_default': ({'x': x, 'ids': ids}, {'y': tf.matmul(x, tf.convert_to_tensor(weights)), 'rows': tf1.nn.embedding_lookup(table, ids, partition_strategy='div')})}

    graph(build, path)
    return [('serving_default', {'x': floats(2, 10), 'ids': np.array([7, 0, 3, 3], 'int64')})]


@maker
def sharded(path):
    def build():
        x = tf1.placeholder(tf.float32, [None, 3], name='x')
        with tf1.device('/cpu:0'):
            w = tf1.get_variable('w', [3, 4], initializer=tf1.random_normal_initializer(seed=1), use_resource=True)
        with tf1.device('/cpu:1'):
            b = tf1.get_variable('b', [4], initializer=tf1.random_normal_initializer(seed=2), use_resource=True)
        return {'serving_default': ({'x': x}, {'y': tf.nn.relu(tf.matmul(x, w) + b)})}

    graph(build, path, config=tf1.ConfigProto(device_count={'CPU': 2}), clear_devices=True, saver=lambda: tf1.train.Saver(sharded=True))
    assert len([name for name in os.listdir(os.path.join(path, 'variables')) if 'data' in name]) > 1
    return [('serving_default', {'x': floats(2, 3)})]


@maker
def classifier(path):
    def build():
        serialized = tf1.placeholder(tf.string, [None], name='examples')
        features = tf1.io.parse_example(serialized, {'x': tf1.io.FixedLenFeature([4], tf.float32), 'word': tf1.io.FixedLenFeature([], tf.string, 'none')})
        words = os.path.join(folder, 'words.txt')
        with open(words, 'w') as file:
            file.write('none\nred\nblue\n')
        table = tf1.lookup.StaticHashTable(tf1.lookup.TextFileInitializer(words, tf.string, tf1.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf1.lookup.TextFileIndex.LINE_NUMBER), -1)
        labels = tf1.lookup.StaticHashTable(tf1.lookup.KeyValueTensorInitializer(tf.constant([0, 1, 2], tf.int64), tf.constant(['cat', 'dog', 'fish'])), 'UNK')
        w = tf1.get_variable('w', [4, 3], initializer=tf1.random_normal_initializer(seed=3))
        scores = tf.nn.softmax(tf.matmul(features['x'], w) + tf.one_hot(table.lookup(features['word']), 3))
        values, indices = tf.nn.top_k(scores, 3)
        return {
            'serving_default': ({'inputs': serialized}, {'classes': labels.lookup(tf.cast(indices, tf.int64)), 'scores': values}),
            'predict': ({'x': features['x'], 'word': features['word']}, {'scores': scores}),
        }

    tables_graph(build, path)

    def example(x, *word):
        feature = {'x': tf.train.Feature(float_list=tf.train.FloatList(value=x))}
        if word:
            feature['word'] = tf.train.Feature(bytes_list=tf.train.BytesList(value=word))
        return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()

    return [('serving_default', {'inputs': strings(example([1, 2, 3, 4], b'blue'), example([0, 0, 1, 0]))}), ('predict', {'x': floats(2, 4), 'word': strings('red', 'x')})]


def tables_graph(build, path):
    with tf1.Graph().as_default(), tf1.Session() as session:
        signatures = build()
        tables = tf1.tables_initializer()
        session.run([tf1.global_variables_initializer(), tables])
        save_tf1(path, session, signatures, main_op=tables, assets_collection=tf1.get_collection(tf1.GraphKeys.ASSET_FILEPATHS)).save()


@maker
def tf1_convnet(path):
    def build():
        images = tf1.placeholder(tf.float32, [None, 12, 12, 1], name='images')
        variable = lambda name, shape: tf1.get_variable(name, shape, initializer=tf1.random_normal_initializer(stddev=0.3, seed=len(name)), use_resource=False)
        x = tf1.nn.conv2d(images, variable('conv', [3, 3, 1, 6]), strides=[1, 1, 1, 1], padding='SAME')
        x, _, _ = tf1.nn.fused_batch_norm(x, variable('gamma', [6]), variable('beta', [6]), variable('mean', [6]), tf.abs(variable('variance', [6])) + 0.1, is_training=False)
        x = tf1.nn.max_pool(tf.nn.relu(x), ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='VALID')
        x = tf.nn.bias_add(tf1.matmul(tf.reshape(x, [-1, 6 * 6 * 6]), variable('dense', [216, 5])), variable('bias', [5]))
        keep = tf1.placeholder_with_default(1.0, [], name='keep')
        x = tf1.nn.dropout(x * keep, rate=0.0)
        return {'serving_default': ({'images': images}, {'logits': x, 'class': tf.argmax(x, 1)}), 'scaled': ({'images': images, 'keep': keep}, {'logits': x})}

    graph(build, path)
    images = floats(2, 12, 12, 1)
    return [('serving_default', {'images': images}), ('scaled', {'images': images, 'keep': np.float32(0.5)})]


@maker
def many_tags(path):
    def build():
        x = tf1.placeholder(tf.float32, [], name='x')
        w = tf1.get_variable('w', initializer=2.0, use_resource=True)
        return {'serving_default': ({'x': x}, {'y': x * w})}

    with tf1.Graph().as_default(), tf1.Session() as session:
        signatures = build()
        session.run(tf1.global_variables_initializer())
        builder = save_tf1(path, session, signatures, tags=('train',))
        define = tf1.saved_model.signature_def_utils.build_signature_def
        info = tf1.saved_model.utils.build_tensor_info
        inputs, outputs = signatures['serving_default']
        builder.add_meta_graph(['serve'], {'serving_default': define({'x': info(inputs['x'])}, {'y': info(outputs['y'])}, 'tensorflow/serving/predict')})
        builder.add_meta_graph(['serve', 'gpu'], {})
        builder.save()
    return [('serving_default', {'x': np.float32(4)})]


@maker
def tf1_keras_phase(path):
    """Keras of TensorFlow 1: a learning phase by default, and resource variables that only one branch reads."""
    def build():
        x = tf1.placeholder(tf.float32, [None, 4], name='x')
        phase = tf1.placeholder_with_default(False, [], name='keras_learning_phase')
        moving = tf1.get_variable('moving_mean', initializer=tf.constant([0.1, 0.2, 0.3, 0.4]), use_resource=True)
        table = tf1.get_variable('table', initializer=tf.reshape(tf.range(8.0), [4, 2]), use_resource=True)
        mean = tf1.cond(phase, lambda: tf.reduce_mean(x, 0), lambda: moving.read_value())
        rows = tf1.cond(phase, lambda: tf.zeros([2, 2]), lambda: tf1.nn.embedding_lookup(table, [3, 1]))
        signature = {'y': x - mean, 'rows': rows}
        return {'serving_default': ({'x': x}, signature), 'training': ({'x': x, 'phase': phase}, signature)}

    graph(build, path)
    x = floats(3, 4)
    return [('serving_default', {'x': x}), ('training', {'x': x, 'phase': np.array(True)}), ('training', {'x': x, 'phase': np.array(False)})]


@maker
def tf1_dense_of_any_rank(path):
    """tf.tensordot of TensorFlow 1 asks ListDiff which axes are free; `+` of strings is Add."""
    def build():
        x, a, b = tf1.placeholder(tf.float32, None, name='x'), tf1.placeholder(tf.string, [None, 1], name='a'), tf1.placeholder(tf.string, [None], name='b')
        weights = tf1.get_variable('w', [4, 3], initializer=tf1.random_normal_initializer(seed=1), use_resource=True)
        free, places = tf1.setdiff1d(tf.range(tf.rank(x)), [1])
        left, _ = tf1.setdiff1d(b, ['no'])
        return {'serving_default': ({'x': x}, {'y': tf.tensordot(x, weights, [[1], [0]]), 'free': free, 'places': places}), 'words': ({'a': a, 'b': b}, {'both': a + b + '!', 'left': left})}

    graph(build, path)
    return [('serving_default', {'x': floats(2, 4, 3)}), ('words', {'a': strings('x', b'\xff').reshape(2, 1), 'b': strings('no', 'yes')})]
