"""What models of public repositories, and those that engineers write, have beside layers: files, tables, sounds, crossed features."""
import os
import struct

from maker import floats, folder, function, maker, np, save_module, save_tf1, strings, tf, tf1


@maker
def tf1_vocabulary(path):
    """As the pipelines of TFX export: the vocabulary was elsewhere, and TensorFlow 1 names the model's own copy in a collection."""
    vocabulary = os.path.join(folder, 'words_of_tf1.txt')
    with open(vocabulary, 'w') as file:
        file.write('cash\ncard\n')
    with tf1.Graph().as_default(), tf1.Session() as session:
        words = tf1.placeholder(tf.string, [None], name='words')
        initializer = tf.lookup.TextFileInitializer(vocabulary, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER)
        table = tf.lookup.StaticHashTable(initializer, -1)
        ids = table.lookup(words)
        session.run(tf1.tables_initializer())
        save_tf1(path, session, {'serving_default': ({'words': words}, {'ids': ids})}, main_op=tf1.tables_initializer(), assets_collection=tf1.get_collection(tf1.GraphKeys.ASSET_FILEPATHS)).save()
    os.remove(vocabulary)
    return [('serving_default', {'words': strings('card', 'x', 'cash')})]


@maker
def crossed_features(path):
    @function(a=(tf.string, [None, 2]), n=(tf.int64, [None, 1]))
    def run(a, n):
        sparse = tf.sparse.from_dense(a)
        hashed, joined = tf.sparse.cross_hashed([sparse, n], num_buckets=50, hash_key=7), tf.sparse.cross([sparse, n, a])
        dense = tf.sparse.cross_hashed([a, n], num_buckets=9)
        words = tf.RaggedTensor.from_sparse(sparse)
        return {
            'hashed': hashed.values, 'places': hashed.indices, 'shape': hashed.dense_shape, 'joined': joined.values, 'dense': tf.sparse.to_dense(dense),
            'bucket': tf.strings.to_hash_bucket(tf.strings.join([a, 'and nine more']), 1000), 'line': tf.strings.reduce_join(words, axis=1, separator=' '),
            'each': tf.map_fn(lambda row: tf.strings.reduce_join(row), words, fn_output_signature=tf.string),
            'rows': tf.map_fn(lambda row: tf.concat([row, ['end']], 0), words, fn_output_signature=tf.RaggedTensorSpec([None], tf.string)).to_tensor(),
        }

    save_module(path, run=run)
    return [('serving_default', {'a': strings('u', '', 'w', b'\xff').reshape(2, 2), 'n': np.array([[3], [-4]])})]


@maker
def one_example(path):
    @function(example=(tf.string, []))
    def run(example):
        features = tf.io.parse_single_example(example, {'v': tf.io.VarLenFeature(tf.string), 'r': tf.io.RaggedFeature(tf.int64), 'f': tf.io.FixedLenFeature([], tf.float32, 2.5)})
        return {'v': tf.sparse.to_dense(features['v']), 'places': features['v'].indices, 'shape': features['v'].dense_shape, 'r': features['r'], 'f': features['f']}

    save_module(path, run=run)
    feature = {'v': tf.train.Feature(bytes_list=tf.train.BytesList(value=[b'x', b'yy'])), 'r': tf.train.Feature(int64_list=tf.train.Int64List(value=[5, 6, 7]))}
    full = tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()
    return [('serving_default', {'example': np.array(example, dtype=object)}) for example in (full, b'')]


@maker
def sound_files(path):
    @function(wav=(tf.string, []))
    def run(wav):
        sound, rate = tf.audio.decode_wav(wav)
        return {'sound': sound, 'rate': rate, 'short': tf.audio.decode_wav(wav, 1, 5)[0], 'long': tf.audio.decode_wav(wav, 3, 20)[0]}

    save_module(path, run=run)
    return [('serving_default', {'wav': np.array(tf.audio.encode_wav(floats(12, 2), 8000).numpy(), dtype=object)})]


@maker
def learnt_tables(path):
    """Tables that were filled while the model was made lie in the checkpoint."""
    words, rows = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1), tf.lookup.experimental.DenseHashTable(tf.int64, tf.float32, [-1.0, -2.0], -100, -101)
    words.insert(['a', b'\xff'], [1, 2])
    rows.insert(tf.constant([4], tf.int64), [[0.5, 1.5]])
    keys = tf.lookup.experimental.MutableHashTable(tf.int64, tf.string, '?')
    keys.insert(tf.constant([4], tf.int64), ['four'])

    @function(s=(tf.string, [None]), k=(tf.int64, [None, 1]))
    def run(s, k):
        return {'word': words.lookup(s), 'count': words.size(), 'row': rows.lookup(k), 'name': keys.lookup(k)}

    module = tf.Module()
    module.tables, module.run = [words, rows, keys], run
    tf.saved_model.save(module, path, run)
    return [('serving_default', {'s': strings('a', 'q', b'\xff'), 'k': np.array([[4], [5]])})]


@maker
def own_generator(path):
    """A tf.random.Generator: each request has the next numbers of its seed, which are TensorFlow's."""
    module = tf.Module()
    module.generator = tf.random.Generator.from_seed(1)
    module.run = tf.function(lambda: {'normal': module.generator.normal([3]), 'uniform': module.generator.uniform([2]), 'whole': module.generator.uniform([2], 0, 10, tf.int32)}, input_signature=[])
    tf.saved_model.save(module, path, module.run)
    return [('serving_default', {})] * 3


@maker
def read_letters(path):
    @function(scores=(tf.float32, [None, None, 5]), lengths=(tf.int32, [None]), x=(tf.float32, [None, 5, 6, 2]), s=(tf.float32, [None, 4]), file=(tf.string, []))
    def run(scores, lengths, x, s, file):
        (text,), probability = tf.nn.ctc_greedy_decoder(scores, lengths)
        (every,), _ = tf.nn.ctc_greedy_decoder(scores, lengths, merge_repeated=False, blank_index=0)
        pooled, places = tf.nn.max_pool_with_argmax(x, 2, 2, 'SAME')
        sparse = tf.sparse.from_dense(s)
        return {
            'text': tf.sparse.to_dense(text, -1), 'probability': probability, 'every': every.values, 'pooled': pooled, 'places': places,
            'all_places': tf.nn.max_pool_with_argmax(x, 3, 2, 'VALID', include_batch_in_index=True)[1], 'picture': tf.io.decode_image(file, expand_animations=False),
            'softmax': tf.sparse.to_dense(tf.sparse.softmax(sparse)), 'scaled': (sparse * [[2.0, 0.5, 1.0, -1.0]]).values, 'shares': (sparse / 4.0).values,
            'largest': tf.sparse.reduce_max(sparse, 1), 'most': tf.sparse.reduce_max(sparse, keepdims=True),
        }

    save_module(path, run=run)
    rows = [bytes(range(start, start + 9)) + bytes(3) for start in (0, 100)]
    header = struct.pack('<2sIHHI', b'BM', 54 + 24, 0, 0, 54) + struct.pack('<IiiHHIIiiII', 40, 3, 2, 1, 24, 0, 24, 0, 0, 0, 0)
    s = floats(3, 4)
    s[s < -0.3] = 0
    return [('serving_default', {'scores': floats(7, 2, 5), 'lengths': np.array([7, 4], 'int32'), 'x': floats(2, 5, 6, 2), 's': s, 'file': np.array(header + b''.join(rows), dtype=object)})]


@maker
def trained_in_place(path):
    """A signature that trains the weights of another, as models for devices have it."""
    module = tf.Module()
    module.w, module.b = tf.Variable(floats(3, 1)), tf.Variable([0.1])

    def infer(x):
        return tf.sigmoid(tf.nn.relu(x @ module.w + module.b))

    @function(x=(tf.float32, [None, 3]), y=(tf.float32, [None, 1]))
    def train(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((infer(x) - y) ** 2)
        for variable, gradient in zip([module.w, module.b], tape.gradient(loss, [module.w, module.b])):
            tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=0.5, delta=gradient)
        return {'loss': loss}

    module.train, module.infer = train, tf.function(infer, input_signature=[tf.TensorSpec([None, 3], tf.float32, name='x')])
    tf.saved_model.save(module, path, {'serving_default': module.infer, 'train': train})
    x, y = floats(4, 3), floats(4, 1)
    return [('serving_default', {'x': x}), ('train', {'x': x, 'y': y}), ('train', {'x': x, 'y': y}), ('serving_default', {'x': x})]


@maker
def written_as_text(path):
    """saved_model.pbtxt, with what a text can hold: escapes, infinities, an asset, types of references."""
    vocabulary = os.path.join(folder, 'words_of_text.txt')
    with open(vocabulary, 'w') as file:
        file.write('a\nb\n')
    with tf1.Graph().as_default(), tf1.Session() as session:
        words, x = tf1.placeholder(tf.string, [None], name='words'), tf1.placeholder(tf.float32, [None], name='x')
        initializer = tf.lookup.TextFileInitializer(vocabulary, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER)
        ids = tf.lookup.StaticHashTable(initializer, -1).lookup(words)
        scale = tf1.get_variable('scale', initializer=2.5, use_resource=False)
        marked = tf.strings.join([words, tf.constant(b'"\xff\n\\\'\xc3\xa4')])
        session.run([tf1.global_variables_initializer(), tf1.tables_initializer()])
        outputs = {'ids': ids, 'marked': marked, 'scaled': x * scale, 'least': tf.minimum(x, [float('inf')]), 'wide': tf.cast(x, tf.int64) + 2**60, 'big': tf.maximum(x, -float('inf'))}
        builder = save_tf1(path, session, {'serving_default': ({'words': words, 'x': x}, outputs)}, main_op=tf1.tables_initializer(), assets_collection=tf1.get_collection(tf1.GraphKeys.ASSET_FILEPATHS))
        builder.save(as_text=True)
    os.remove(vocabulary)
    return [('serving_default', {'words': strings('b', 'z'), 'x': floats(2)})]
