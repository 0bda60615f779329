"""Ops that models begin and end with: sound, pictures, boxes, words, rows of different lengths, random numbers."""
from maker import floats, function, keras, keras_case, layers, maker, np, random, save_module, save_tf1, strings, tf, tf1


@maker
def sound(path):
    @function(x=(tf.float32, [None, 240]))
    def run(x):
        spectrum = tf.signal.stft(x, 60, 30)
        mel = tf.signal.linear_to_mel_weight_matrix(10, 33, 8000, 80.0, 3800.0)
        energies = tf.math.log(tf.tensordot(tf.abs(spectrum) ** 2, mel, 1) + 1e-6)
        return {
            'energy': tf.abs(spectrum), 'angle': tf.math.angle(spectrum), 'mfcc': tf.signal.mfccs_from_log_mel_spectrograms(energies),
            'frames': tf.signal.frame(x, 50, 20, pad_end=True), 'cosine': tf.signal.dct(x[:, :15]), 'real': tf.signal.irfft(tf.signal.rfft(x)),
            'odd': tf.abs(tf.signal.rfft(x, [77])), 'back': tf.signal.inverse_stft(spectrum, 60, 30), 'hann': tf.signal.hann_window(16) * x[:, :16],
            'plane': tf.abs(tf.signal.fft2d(tf.cast(tf.reshape(x, [-1, 12, 20]), tf.complex64))),
            'inverse': tf.math.real(tf.signal.ifft(tf.cast(x, tf.complex64))),
        }

    save_module(path, run=run)
    return [('serving_default', {'x': floats(2, 240)})]


@maker
def sizes(path):
    @function(x=(tf.float32, [None, 5, 6, 2]))
    def run(x):
        resized = {method: tf.image.resize(x, [7, 4], method) for method in ['bicubic', 'area', 'lanczos3', 'lanczos5', 'gaussian', 'mitchellcubic']}
        smooth = {f'{method}_smooth': tf.image.resize(x, [3, 4], method, antialias=True) for method in ['bilinear', 'bicubic', 'lanczos3']}
        return {
            **resized, **smooth, 'padded': tf.image.resize_with_pad(x, 8, 8), 'middle': tf.image.central_crop(x, 0.5),
            'old': tf1.image.resize_bicubic(x, [7, 4]), 'old_area': tf1.image.resize_area(x, [2, 3]), 'corners': tf1.image.resize_bicubic(x, [3, 9], align_corners=True),
        }

    save_module(path, run=run)
    return [('serving_default', {'x': floats(2, 5, 6, 2)})]


@maker
def turned(path):
    """As augmentation layers do it: what Keras exports goes on doing it, each time with the next numbers of its seed."""
    x = keras.Input((8, 9, 3))
    y = layers.RandomRotation(0.2)(layers.RandomFlip()(x))
    y = layers.RandomTranslation(0.1, 0.1)(layers.RandomZoom(0.1)(y))
    y = layers.RandomBrightness(0.2)(layers.RandomContrast(0.3)(y))
    return keras_case(path, keras.Model(x, layers.Resizing(6, 10, crop_to_aspect_ratio=True)(layers.RandomCrop(7, 8)(y))), floats(2, 8, 9, 3))


@maker
def transformed(path):
    @function(x=(tf.float32, [2, 6, 7, 2]))
    def run(x):
        matrices = [[0.8, 0.3, -1, -0.2, 1.1, 0.5, 0.01, 0.02], [1.2, 0, -4, 0.1, 0.7, 3, 0, 0]]
        return {
            f'{mode}_{way}': tf.raw_ops.ImageProjectiveTransformV3(
                images=x, transforms=matrices, output_shape=[5, 9], fill_value=0.3, interpolation=way.upper(), fill_mode=mode.upper())
            for mode in ['constant', 'reflect', 'wrap', 'nearest'] for way in ['nearest', 'bilinear']
        }

    save_module(path, run=run)
    return [('serving_default', {'x': floats(2, 6, 7, 2)})]


@maker
def colours(path):
    @function(x=(tf.float32, [None, 4, 4, 3]))
    def run(x):
        x = tf.abs(x)
        return {
            'hsv': tf.image.rgb_to_hsv(x), 'rgb': tf.image.hsv_to_rgb(x), 'saturation': tf.image.adjust_saturation(x, 2.0), 'hue': tf.image.adjust_hue(x, 0.2),
            'grey': tf.image.rgb_to_grayscale(x), 'gamma': tf.image.adjust_gamma(x, 2.0), 'yuv': tf.image.rgb_to_yuv(x), 'turned': tf.image.rot90(x),
            'standard': tf.image.per_image_standardization(x), 'edges': tf.image.sobel_edges(x), 'bytes': tf.image.convert_image_dtype(x, tf.uint8),
        }

    save_module(path, run=run)
    return [('serving_default', {'x': floats(2, 4, 4, 3)})]


@maker
def boxes(path):
    @function(b=(tf.float32, [None, 4]), s=(tf.float32, [None, 2]))
    def run(b, s):
        one = s[:, 0]
        both = tf.image.combined_non_max_suppression(b[tf.newaxis, :, tf.newaxis], s[tf.newaxis], 3, 5, 0.3, 0.1)
        each = tf.image.combined_non_max_suppression(tf.stack([b, b * 0.9], 1)[tf.newaxis], s[tf.newaxis], 2, 9, 0.5, pad_per_class=True, clip_boxes=False)
        soft = tf.image.non_max_suppression_with_scores(b, one, 4, 0.5, soft_nms_sigma=0.3)
        padded = tf.raw_ops.NonMaxSuppressionV4(boxes=b, scores=one, max_output_size=9, iou_threshold=0.4, score_threshold=0.2, pad_to_max_output_size=True)
        return {
            'soft': soft[0], 'scores': soft[1], 'boxes': both.nmsed_boxes, 'points': both.nmsed_scores, 'classes': both.nmsed_classes,
            'valid': both.valid_detections, 'each': each.nmsed_boxes, 'each_class': each.nmsed_classes, 'padded': padded[0], 'count': padded[1],
        }

    save_module(path, run=run)
    b = np.abs(floats(12, 4))
    b[:, 2:] += b[:, :2]
    return [('serving_default', {'b': b, 's': np.abs(floats(12, 2))})]


@maker
def fake_quantized(path):
    @function(x=(tf.float32, [None, 4]))
    def run(x):
        back = tf.quantization.quantize_and_dequantize_v2
        return {
            'given': tf.quantization.fake_quant_with_min_max_args(x, -1, 1), 'learned': tf.quantization.fake_quant_with_min_max_vars(x, -0.7, 0.9, 4, True),
            'channels': tf.quantization.fake_quant_with_min_max_vars_per_channel(x, [-1.0, -0.5, -2, -1], [1.0, 0.5, 2, 0.1]),
            'signed': back(x, -1.0, 1.0, range_given=True), 'own': back(x, 0.0, 0.0), 'few': back(x, 0.0, 1.3, signed_input=False, num_bits=5, range_given=True),
        }

    save_module(path, run=run)
    return [('serving_default', {'x': floats(5, 4)})]


@maker
def seeds(path):
    @function(n=(tf.int32, []))
    def run(n):
        seed = tf.stack([n, 2])
        return {
            'uniform': tf.random.stateless_uniform([3, 5], seed), 'normal': tf.random.stateless_normal([7], seed),
            'whole': tf.random.stateless_uniform([6], seed, -3, 9, tf.int32), 'wide': tf.random.stateless_uniform([6], seed, 0, 10**12, tf.int64),
            'shape': tf.shape(tf.random.uniform([2, 3])), 'sorted': tf.sort(tf.random.shuffle(tf.range(5))), 'normals': tf.shape(tf.random.truncated_normal([2])),
        }

    save_module(path, run=run)
    return [('serving_default', {'n': np.int32(7)}), ('serving_default', {'n': np.int32(-1)})]


@maker
def sparse_rows(path):
    @function(d=(tf.float32, [None, 5]), n=(tf.int64, [None]))
    def run(d, n):
        rows, s = tf.RaggedTensor.from_tensor(d, n), tf.sparse.from_dense(d)
        deep = tf.RaggedTensor.from_row_splits(rows, [0, 1, 3])
        return {
            'product': tf.sparse.sparse_dense_matmul(s, tf.ones([5, 2])), 'turned': tf.sparse.sparse_dense_matmul(s, tf.ones([3, 2]), adjoint_a=True),
            'joined': tf.concat([rows, rows], 1).to_tensor(), 'below': tf.concat([rows, rows], 0).to_tensor(), 'first': rows[:, :2].to_tensor(),
            'picked': tf.gather(rows, [1, 0, 2]).to_tensor(), 'range': tf.ragged.range(n).to_tensor(), 'mask': tf.ragged.boolean_mask(d, d > 0).to_tensor(),
            'flat': tf.sparse.to_dense(tf.sparse.reshape(s, [-1])), 'transposed': tf.sparse.to_dense(tf.sparse.transpose(s)), 'filled': tf.sparse.fill_empty_rows(s, 3.0)[0].values,
            'empty': tf.sparse.fill_empty_rows(s, 3.0)[1], 'beside': tf.sparse.to_dense(tf.sparse.concat(1, [s, s])), 'part': tf.sparse.to_dense(tf.sparse.slice(s, [0, 1], [2, 3])),
            'sum': tf.sparse.to_dense(tf.sparse.add(s, s)), 'repeated': tf.tile(rows, [1, 2]).to_tensor(), 'sparse': rows.to_sparse().values, 'deep': deep.to_tensor(-1),
        }

    save_module(path, run=run)
    d = floats(3, 5)
    d[1] = 0
    return [('serving_default', {'d': d, 'n': np.array([2, 0, 4])})]


@maker
def feature_columns(path):
    with tf.Graph().as_default(), tf1.Session() as session:
        column, serialized = tf1.feature_column, tf1.placeholder(tf.string, [None], 'examples')
        features = tf1.io.parse_example(serialized, {'a': tf1.io.FixedLenFeature([3], tf.float32), 'c': tf1.io.VarLenFeature(tf.string)})
        number = column.numeric_column('a', [3])
        x = column.input_layer(features, [
            number, column.bucketized_column(number, [0.0, 0.5]), column.indicator_column(column.categorical_column_with_vocabulary_list('c', ['u', 'v'])),
            column.embedding_column(column.categorical_column_with_hash_bucket('c', 10), 3),
        ])
        y = tf.nn.softmax(x @ tf1.get_variable('w', [x.shape[1], 2]))
        session.run([tf1.global_variables_initializer(), tf1.tables_initializer()])
        save_tf1(path, session, {'serving_default': ({'examples': serialized}, {'y': y})}, main_op=tf1.tables_initializer()).save()

    def example(words):
        feature = {'a': tf.train.Feature(float_list=tf.train.FloatList(value=[0.1, 0.7, -0.4])), 'c': tf.train.Feature(bytes_list=tf.train.BytesList(value=words))}
        return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()

    return [('serving_default', {'examples': strings(example([b'u', b'zz']), example([]))})]


@maker
def training_graph(path):
    """A graph with its training branches left in."""
    with tf.Graph().as_default(), tf1.Session() as session:
        x, training = tf1.placeholder(tf.float32, [None, 8, 8, 3], 'x'), tf1.placeholder_with_default(False, [], 'training')
        h = tf.nn.relu(tf1.nn.conv2d(x, tf1.get_variable('w', [3, 3, 3, 4]), padding='SAME', strides=[1, 2, 2, 1]))
        ones, zeros = tf1.ones_initializer(), tf1.zeros_initializer()
        gamma, beta, mean, variance = (tf1.get_variable(name, [4], initializer=start) for name, start in [('g', ones), ('b', zeros), ('m', zeros), ('v', ones)])
        h = tf1.cond(training, lambda: tf1.nn.fused_batch_norm(h, gamma, beta)[0], lambda: tf1.nn.fused_batch_norm(h, gamma, beta, mean, variance, is_training=False)[0])
        y = tf.reduce_mean(tf1.nn.dropout(h, rate=tf1.cond(training, lambda: 0.5, lambda: 0.0)), [1, 2])
        own, batch_mean, batch_variance = tf1.nn.fused_batch_norm(x, tf.ones([3]), tf.zeros([3]))
        session.run(tf1.global_variables_initializer())
        save_tf1(path, session, {'serving_default': ({'x': x}, {'y': y, 'own': own, 'mean': batch_mean, 'variance': batch_variance})}).save()
    return [('serving_default', {'x': floats(2, 8, 8, 3)})]


@maker
def linear_algebra(path):
    @function(x=(tf.float32, [None, 4, 4]))
    def run(x):
        square = tf.matmul(x, x, transpose_a=True) + 2 * tf.eye(4)
        return {
            'inverse': tf.linalg.inv(square), 'determinant': tf.linalg.det(x), 'log': tf.linalg.slogdet(x)[1], 'sign': tf.linalg.slogdet(x)[0],
            'solution': tf.linalg.solve(square, x), 'adjoint': tf.linalg.solve(x, x[..., :2], adjoint=True), 'root': tf.linalg.cholesky(square),
            'eigenvalues': tf.linalg.eigvalsh(square), 'exponential': tf.linalg.expm(x * 0.1),
            'entropy': tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(x[0]), x[1]), 'double': tf.linalg.inv(tf.cast(square, tf.float64)),
        }

    save_module(path, run=run)
    return [('serving_default', {'x': floats(2, 4, 4)})]


@maker
def letters(path):
    @function(s=(tf.string, [None]))
    def run(s):
        codes = tf.strings.unicode_decode(s, 'UTF-8')
        return {
            'all': tf.strings.regex_replace(s, '.*', '<>'), 'each': tf.strings.regex_replace(s, '.', '*'), 'others': tf.strings.regex_replace(s, '[^a-z]', '_'),
            'empty': tf.strings.regex_replace(s, 'x*', '-'), 'swapped': tf.strings.regex_replace(s, r'(\w)(\w)', r'\2$\1\\'),
            'wide': tf.strings.unicode_encode(codes, 'UTF-16-BE'), 'again': tf.strings.unicode_encode(codes, 'UTF-8'), 'split': tf.strings.unicode_split(s, 'UTF-8').to_tensor(),
            'spaces': tf.strings.regex_replace(s, r'\s+', '_'), 'named': tf.strings.regex_replace(s, '(?i)[[:alpha:]]+(?P<rest>[[:punct:][:space:]])', r'<\1>'),
            'odd': tf.strings.regex_replace(s, r'[]\-\'"]|\pL{2}|\Qx.\E|{', '!'), 'full': tf.strings.regex_full_match(s, r'(?i)[A-Z\s]*'), 'letters': tf.strings.regex_full_match(s, '.*ö.*'),
            'hash': tf.strings.to_hash_bucket_strong(s, 1000, [1, 2**40]),
        }

    save_module(path, run=run)
    return [('serving_default', {'s': strings('abc', '', ' Hello Wörld  x', 'aei ou 😀', 'exactly 8', 'longer than sixteen bytes', 'à la-carte {x.} "]')})]


@maker
def picture_files(path):
    @function(j=(tf.string, []), g=(tf.string, []), p=(tf.string, []), w=(tf.string, []), a=(tf.string, []))
    def run(j, g, p, w, a):
        image = tf.io.decode_jpeg(j, channels=3)
        return {
            'jpeg': image, 'own': tf.io.decode_jpeg(g), 'grey': tf.io.decode_jpeg(j, channels=1), 'shape': tf.io.extract_jpeg_shape(j),
            'part': tf.io.decode_and_crop_jpeg(j, [3, 2, 5, 7], channels=3), 'png': tf.io.decode_png(p), 'any': tf.io.decode_image(p, channels=3, expand_animations=False),
            'floats': tf.io.decode_image(j, dtype=tf.float32, expand_animations=False), 'greys': tf.io.decode_png(p, channels=1), 'filled': tf.io.decode_png(p, channels=4),
            'wide': tf.io.decode_png(w, dtype=tf.uint16), 'narrow': tf.io.decode_png(w), 'widened': tf.io.decode_png(p, dtype=tf.uint16), 'alpha': tf.io.decode_png(a),
            'bare': tf.io.decode_png(a, channels=3), 'again': tf.io.decode_png(tf.io.encode_png(image)), 'small': tf.image.resize(tf.cast(image, tf.float32) / 255, [4, 4]),
            'jpeg_as_png': tf.io.decode_png(j), 'png_as_jpeg': tf.io.decode_jpeg(p, channels=3),
        }

    save_module(path, run=run)
    picture = np.kron(random.integers(0, 255, (5, 6, 3)), np.ones((4, 3, 1))).astype('uint8')
    jpeg, png = tf.io.encode_jpeg, tf.io.encode_png
    files = {
        'j': jpeg(picture, quality=90), 'g': jpeg(picture[..., :1], format='grayscale', progressive=True), 'p': png(picture),
        'w': png(random.integers(0, 65535, (4, 5, 1)).astype('uint16')), 'a': png(random.integers(0, 255, (3, 4, 4)).astype('uint8')),
    }
    return [('serving_default', {key: np.array(value.numpy(), object) for key, value in files.items()})]
