"""tf.Module with tf.function: number types, control flow, strings, gathers, images."""
from maker import floats, function, maker, np, random, save_module, strings, tf, tf1


@maker
def small_integers(path):
    kinds = [tf.int8, tf.int16, tf.int32, tf.uint8, tf.uint16, tf.uint32, tf.uint64]

    @function(**{kind.name: (kind, [None]) for kind in kinds})
    def run(int8, int16, int32, uint8, uint16, uint32, uint64):
        out = {}
        for x in (int8, int16, int32, uint8, uint16, uint32, uint64):
            name = x.dtype.name
            out[f'{name}_sum'] = x + x
            out[f'{name}_product'] = x * x
            out[f'{name}_double'] = tf.cast(x, tf.float64) / 3
            out[f'{name}_long'] = tf.cast(x, tf.int64)
            out[f'{name}_less'] = x < x[::-1]
        return out

    save_module(path, run=run)
    return [('serving_default', {kind.name: np.array([0, 1, kind.max, kind.max // 2, 7], kind.name) for kind in kinds})]


@maker
def doubles(path):
    weights = tf.Variable(random.normal(size=(3, 4)))

    @function(x=(tf.float64, [None, 3]))
    def run(x):
        return {'product': x @ weights, 'sum': tf.reduce_sum(x, 1), 'mean': tf.reduce_mean(x), 'exp': tf.exp(x), 'soft': tf.nn.softmax(x), 'sqrt': tf.sqrt(tf.abs(x)),
                'max': tf.reduce_max(x, 0), 'scaled': x / 7, 'concat': tf.concat([x, -x], 1)}

    module = tf.Module()
    module.weights, module.run = weights, run
    tf.saved_model.save(module, path, run)
    return [('serving_default', {'x': random.normal(size=(2, 3))})]


@maker
def wide_numbers(path):
    """Networks of float64: computed in float32 where the engine does it."""
    weights = {name: tf.Variable(random.normal(size=shape)) for name, shape in [('conv', (3, 3, 2, 4)), ('deep', (2, 2, 4, 2)), ('back', (2, 2, 3, 8)), ('bias', (4,))]}

    @function(x=(tf.float64, [None, 6, 7, 2]))
    def run(x):
        y = tf.nn.bias_add(tf.nn.conv2d(x, weights['conv'], 1, 'SAME'), weights['bias'])
        z = tf.nn.depthwise_conv2d(tf.nn.relu(y), weights['deep'], [1, 2, 2, 1], 'SAME')
        return {'conv': y, 'deep': z, 'back': tf.nn.conv2d_transpose(z, weights['back'], [2, 6, 8, 3], 2, 'SAME'), 'max': tf.nn.max_pool2d(y, 2, 2, 'SAME'), 'mean': tf.nn.avg_pool2d(y, 3, 2, 'VALID'),
                'loss': tf.nn.l2_loss(x), 'labels': tf.nn.sparse_softmax_cross_entropy_with_logits([1, 0], y[:, 0, 0]), 'classes': tf.nn.softmax_cross_entropy_with_logits(tf.abs(y), y),
                'smaller': tf.image.resize(x, [3, 4]), 'nearest': tf.image.resize(x, [9, 4], 'nearest'), 'line': tf.raw_ops.LinSpace(start=x[0, 0, 0, 0], stop=x[0, 0, 0, 1], num=4)}

    module = tf.Module()
    module.weights, module.run = weights, run
    tf.saved_model.save(module, path, run)
    return [('serving_default', {'x': random.normal(size=(2, 6, 7, 2))})]


@maker
def bytes_and_bits(path):
    """Pictures as they are decoded, sums that do not fit in their type, and the bytes of numbers."""
    @function(image=(tf.uint8, [None, None, None, 3]), i=(tf.int32, [None, 4]), x=(tf.float32, [None]), h=(tf.float16, [None]))
    def run(image, i, x, h):
        small = tf.cast(i, tf.int8)
        return {
            'resized': tf.image.resize(image, [5, 4]), 'nearest': tf.image.resize(image, [5, 14], 'nearest'), 'ratio': tf.image.resize(image, [6, 6], preserve_aspect_ratio=True), 'smooth': tf.image.resize(image, [3, 3], antialias=True),
            'pooled': tf.nn.max_pool2d((i % 1000)[tf.newaxis, :, :, tf.newaxis], 2, 1, 'SAME'), 'biased': tf.nn.bias_add(i, [2**30, 2**24 + 1, 3, 4]), 'mean': tf.reduce_mean(image, [1, 2]), 'small': tf.reduce_mean(small, 0), 'whole': tf.reduce_mean(i, 0),
            'half': tf.reduce_mean(h), 'true': tf.cast(x, tf.bool), 'bits': tf.bitcast(x, tf.int32), 'bytes': tf.bitcast(x, tf.uint8), 'halves': tf.bitcast(x, tf.float16), 'pairs': tf.bitcast(i, tf.int32),
            'joined': tf.bitcast(tf.reshape(i, [-1, 2]), tf.int64), 'diagonal': tf.einsum('aa->a', tf.cast(i, tf.float32)), 'trace': tf.einsum('aa->', i), 'rows': tf.einsum('bii,bj->bij', tf.reshape(x[:8], [2, 2, 2]), tf.reshape(x[:4], [2, 2])),
        }

    save_module(path, run=run)
    i = np.array([[2**31 - 1, -5, 100, -7], [2**31 - 3, 120, 121, -100], [7, 120, -8, -101], [-9, 1, 127, -128]], 'int32')
    x = np.array([np.nan, np.inf, -0.0, 0, 1.5, -2.25, 3e-30, 7], 'float32')
    return [('serving_default', {'image': random.integers(0, 256, (2, 7, 9, 3)).astype('uint8'), 'i': i, 'x': x, 'h': np.full(2000, 60.0, 'float16')})]


@maker
def complexes(path):
    @function(z=(tf.complex64, [None]), x=(tf.float32, [None]))
    def run(z, x):
        return {'same': z, 'real': tf.math.real(z), 'imaginary': tf.math.imag(z), 'length': tf.abs(z), 'made': tf.complex(x, -x), 'sum': z + z, 'product': z * z,
                'conjugate': tf.math.conj(z), 'first': z[:1], 'angle': tf.math.angle(z)}

    save_module(path, run=run)
    return [('serving_default', {'z': (floats(4) + 1j * floats(4)).astype('complex64'), 'x': floats(4)})]


@maker
def half_inputs(path):
    @function(h=(tf.float16, [None]), b=(tf.bfloat16, [None]))
    def run(h, b):
        return {'h': h * 2 + 1, 'b': b * 2 + 1, 'sum': tf.cast(h, tf.float32) + tf.cast(b, tf.float32), 'max': tf.maximum(h, 0)}

    save_module(path, run=run)
    return [('serving_default', {'h': floats(5).astype('float16'), 'b': floats(5).astype(tf.bfloat16.as_numpy_dtype)})]


@maker
def loops(path):
    @function(x=(tf.float32, [None, 3]))
    def run(x):
        mapped = tf.map_fn(lambda row: tf.reduce_sum(row) * row, x)
        scanned = tf.scan(lambda sum, row: sum + row, x)
        folded = tf.foldl(lambda sum, row: sum * 0.5 + row, x)
        array = tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[3])
        for i in tf.range(tf.shape(x)[0]):
            if tf.reduce_sum(x[i]) > 0:
                array = array.write(array.size(), x[i])
        return {'mapped': mapped, 'scanned': scanned, 'folded': folded, 'positive': array.stack()}

    save_module(path, run=run)
    return [('serving_default', {'x': floats(5, 3)}), ('serving_default', {'x': -np.ones((2, 3), 'float32')})]


@maker
def arrays(path):
    """TensorArrays written at places, cut into parts and joined again."""
    @function(x=(tf.float32, [None, 3]))
    def run(x):
        placed = tf.TensorArray(tf.float32, 6, element_shape=[3]).scatter([0, 4, 1], x[:3])
        parts = tf.TensorArray(tf.float32, 3, infer_shape=False).split(x, [1, 0, tf.shape(x)[0] - 1])
        rising = tf.TensorArray(tf.float32, 0, dynamic_size=True, infer_shape=False)
        for i in tf.range(4):
            rising = rising.write(i, x[:i])
        unset = tf.raw_ops.TensorListConcatV2(
            input_handle=tf.raw_ops.TensorListReserve(element_shape=[-1, 2], num_elements=2, element_dtype=tf.float32), element_shape=tf.constant([-1, 2]), leading_dims=tf.constant([1, 2], tf.int64), element_dtype=tf.float32)
        return {
            'placed': placed.stack(), 'some': placed.gather([4, 0]), 'part': parts.read(2), 'whole': parts.concat(), 'count': rising.size(), 'rising': rising.concat(), 'unset': unset[0], 'lengths': unset[1],
        }

    save_module(path, run=run)
    return [('serving_default', {'x': floats(4, 3)})]


@maker
def printed(path):
    """tf.print left in a model; what it would print is also an output."""
    @function(x=(tf.float32, [None, None, 9]), d=(tf.float64, []), i=(tf.int64, [None]), b=(tf.bool, [None]), s=(tf.string, [None]))
    def run(x, d, i, b, s):
        tf.print('this is printed by a test:', tf.shape(x))
        return {
            'all': tf.strings.format('{} {} {} {}!', (x, i, b, s), summarize=-1), 'some': tf.strings.format('{}', x), 'one': tf.strings.format('{}', x, summarize=1), 'double': tf.strings.format('{}{}', (d, s[0])),
            'half': tf.strings.format('{}', tf.cast(x, tf.float16)), 'none': tf.strings.format('{}', x[:0]), 'same': x if tf.size(x) > 0 else -x,
        }

    save_module(path, run=run)
    x = floats(2, 8, 9)
    x[0, 0, :5] = [1e-10, 1e10, np.inf, np.nan, 0.1]
    return [('serving_default', {'x': x, 'd': np.float64(1) / 3, 'i': np.arange(9) * 2**33, 'b': np.array([True, False]), 's': strings('a', 'b c')})]


@maker
def next_words(path):
    """What models that write text do: choose at random, here among one."""
    @function(logits=(tf.float32, [None, None]))
    def run(logits):
        sure = tf.where(tf.one_hot(tf.argmax(logits, 1), tf.shape(logits)[1]) > 0, 0.0, -np.inf)
        place = tf.argmax(tf.reshape(logits, [-1]), output_type=tf.int32)
        square = tf.matmul(logits, logits, transpose_a=True) + tf.eye(5)
        return {
            'chosen': tf.random.categorical(sure, 3), 'small': tf.random.categorical(sure, 2, dtype=tf.int32), 'place': tf.unravel_index(place, tf.shape(logits)), 'logs': tf.math.cumulative_logsumexp(logits, 1),
            'back': tf.math.cumulative_logsumexp(logits, 0, exclusive=True, reverse=True), 'solved': tf.linalg.triangular_solve(square, square[:, :2]), 'upper': tf.linalg.triangular_solve(square, square[:, :2], lower=False, adjoint=True),
        }

    save_module(path, run=run)
    return [('serving_default', {'logits': floats(4, 5)})]


@maker
def branches(path):
    @function(n=(tf.int32, []), x=(tf.float32, [None]))
    def run(n, x):
        chosen = tf.switch_case(n, [lambda: x + 1, lambda: x * 2, lambda: tf.reverse(x, [0])])
        if n > 1:
            if tf.size(x) > 2:
                nested = x[:2]
            else:
                nested = x
        else:
            nested = -x
        total = tf.constant(0.0)
        for value in x:
            if value < 0:
                continue
            if total > 1:
                break
            total += value
        return {'chosen': chosen, 'nested': nested, 'total': total}

    save_module(path, run=run)
    return [('serving_default', {'n': np.int32(n), 'x': floats(4)}) for n in (0, 1, 2, 5)]


@maker
def python_arguments(path):
    """Arguments that are no tensors, each kind that a signature may keep."""
    class Model(tf.Module):
        @tf.function
        def scale(self, x, mode='mean', twice=False, factor=1.5, times=-3, nothing=None, sizes=(1, 'b'), pair=None):
            return x * factor if twice else x

        @tf.function(input_signature=[tf.RaggedTensorSpec([None, None], tf.int64)])
        def ragged(self, rows):
            return rows.flat_values

    model = Model()
    spec = tf.TensorSpec([None, 2], tf.float32, name='x')
    for mode in ('mean', 'sum'):
        model.scale.get_concrete_function(spec, mode)
    model.scale.get_concrete_function(tf.TensorSpec(None, tf.float64), sizes=[spec, {'deep': 2}], pair={'a': spec, 'b': tf.float16})
    tf.saved_model.save(model, path, {'serving_default': model.scale.get_concrete_function(spec)})
    return [('serving_default', {'x': floats(3, 2)})]


@maker
def nested_functions(path):
    scale = tf.Variable(3.0)

    @tf.function
    def inner(x, power):
        return tf.pow(x, power) * scale

    @tf.function
    def middle(x):
        return inner(x, 2.0) + inner(x, 3.0)

    @function(x=(tf.float32, [None]))
    def run(x):
        return {'y': middle(x) - inner(middle(x), 1.0)}

    @function(x=(tf.float32, [None]), y=(tf.float32, [None]))
    def both(x, y):
        return {'z': middle(x) * y}

    module = tf.Module()
    module.scale, module.run, module.both = scale, run, both
    tf.saved_model.save(module, path, {'serving_default': run, 'both': both})
    return [('serving_default', {'x': floats(3)}), ('both', {'x': floats(3), 'y': floats(3)})]


@maker
def gathers(path):
    @function(x=(tf.float32, [None, 4]), i=(tf.int64, [None]))
    def run(x, i):
        return {
            'gather': tf.gather(x, i), 'columns': tf.gather(x, [3, 0], axis=1), 'nd': tf.gather_nd(x, tf.stack([i, i], 1)), 'batched': tf.gather(x, tf.constant([[0], [1], [2]]), batch_dims=1),
            'scatter': tf.scatter_nd(i[:, tf.newaxis], x[:, 0], tf.constant([6], tf.int64)), 'updated': tf.tensor_scatter_nd_update(x, [[0, 1]], [9.0]),
            'added': tf.tensor_scatter_nd_add(x, [[0, 1], [0, 1]], [9.0, 1.0]), 'mask': tf.boolean_mask(x, x[:, 0] > 0), 'where': tf.where(x > 0),
            'unique': tf.unique(i)[0], 'inverse': tf.unique(i)[1], 'segments': tf.math.segment_sum(x, [0, 0, 1]), 'unsorted': tf.math.unsorted_segment_max(x, [1, 0, 1], 2),
            'sorted': tf.sort(x, direction='DESCENDING'), 'order': tf.argsort(x), 'top': tf.math.top_k(x, 2).indices, 'in_top': tf.math.in_top_k([0, 1, 2], x, 2),
            'counts': tf.math.bincount(tf.cast(i, tf.int32), minlength=4), 'search': tf.searchsorted([1.0, 2.0, 3.0], [0.5, 2.0, 9.0]), 'invert': tf.math.invert_permutation([2, 0, 1]),
        }

    save_module(path, run=run)
    return [('serving_default', {'x': floats(3, 4), 'i': np.array([2, 0, 2], 'int64')})]


@maker
def shapes(path):
    @function(x=(tf.float32, [None, None]))
    def run(x):
        rows, columns = tf.shape(x)[0], tf.shape(x)[1]
        a, b = tf.meshgrid(tf.range(rows), tf.range(columns), indexing='ij')
        return {
            'flat': tf.reshape(x, [-1]), 'size': tf.size(x), 'rank': tf.rank(x), 'shape': tf.shape(x, out_type=tf.int64), 'wide': tf.broadcast_to(x[:1], [rows, columns]),
            'fill': tf.fill([rows, 2], 7), 'range': tf.range(0, columns, 2), 'line': tf.linspace(0.0, 1.0, 5), 'eye': tf.eye(rows), 'a': a, 'b': b,
            'pad': tf.pad(x, [[1, 1], [0, columns]], constant_values=5), 'reflect': tf.pad(x, [[1, 0], [0, 1]], 'REFLECT'), 'roll': tf.roll(x, [1, -1], [0, 1]),
            'transposed': tf.transpose(x), 'squeezed': tf.squeeze(x[tf.newaxis]), 'split': tf.split(x, [1, columns - 1], 1)[1], 'parts': tf.unstack(x[:, :2], 2, axis=1)[1],
            'sequence': tf.sequence_mask([1, 3], 4), 'repeat': tf.repeat(x, 2, axis=0), 'reversed': tf.reverse_sequence(x, tf.fill([rows], 2), seq_axis=1),
            'strided': x[::-1, 1::2], 'ellipsis': x[..., -1], 'space': tf.nn.space_to_depth(tf.reshape(x, [1, rows, columns, 1]), 2), 'zeros': tf.zeros_like(x, tf.int32),
        }

    save_module(path, run=run)
    return [('serving_default', {'x': floats(4, 6)}), ('serving_default', {'x': floats(2, 8)})]


@maker
def reductions(path):
    @function(x=(tf.float32, [None, 5]))
    def run(x):
        return {
            'sum': tf.reduce_sum(x, -1, keepdims=True), 'mean': tf.reduce_mean(x, [0, 1]), 'std': tf.math.reduce_std(x, 1), 'variance': tf.math.reduce_variance(x), 'logsumexp': tf.reduce_logsumexp(x, 1),
            'all': tf.reduce_all(x > -2), 'any': tf.reduce_any(x > 0, 0), 'cumsum': tf.cumsum(x, 1, exclusive=True, reverse=True), 'cumprod': tf.math.cumprod(x, 0), 'argmin': tf.argmin(x, 1),
            'norm': tf.norm(x, axis=1), 'normalised': tf.math.l2_normalize(x, 1), 'l1': tf.norm(x, 1), 'min': tf.reduce_min(x, 1), 'prod': tf.reduce_prod(x, 1), 'euclid': tf.math.reduce_euclidean_norm(x),
            'count': tf.math.count_nonzero(x > 0, 1), 'accumulate': tf.add_n([x, x, x]), 'loss': tf.nn.sparse_softmax_cross_entropy_with_logits(tf.zeros(tf.shape(x)[:1], tf.int32), x),
            'l2': tf.nn.l2_loss(x), 'huber': tf.keras.losses.huber(x, x * 2), 'crossentropy': tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(x), x), 'confusion': tf.math.confusion_matrix([0, 1, 2], [0, 2, 2]),
        }

    save_module(path, run=run)
    return [('serving_default', {'x': floats(3, 5)})]


@maker
def algebra(path):
    @function(x=(tf.float32, [None, 4, 4]))
    def run(x):
        return {
            'product': x @ x, 'adjoint': tf.matmul(x, x, transpose_b=True), 'einsum': tf.einsum('bij,bjk->bik', x, x), 'trace': tf.linalg.trace(x), 'band': tf.linalg.band_part(x, 1, 0),
            'diagonal': tf.linalg.diag_part(x), 'diag': tf.linalg.diag(x[:, 0]), 'dot': tf.tensordot(x, x, [[2], [1]]), 'outer': tf.einsum('bi,bj->bij', x[:, 0], x[:, 1]), 'vector': tf.linalg.matvec(x, x[:, 0]),
            'set': tf.linalg.set_diag(x, x[:, 0]), 'transpose': tf.linalg.matrix_transpose(x), 'trig': tf.sin(x) + tf.cos(x) * tf.tan(x), 'hyper': tf.sinh(x) + tf.acosh(tf.abs(x) + 1.1) + tf.atanh(x),
            'gamma': tf.math.lgamma(tf.abs(x) + 1), 'digamma': tf.math.digamma(tf.abs(x) + 1), 'erfinv': tf.math.erfinv(x * 0.9), 'rsqrt': tf.math.rsqrt(tf.abs(x) + 1), 'sign': tf.sign(x), 'atan2': tf.atan2(x, x + 1),
            'xlogy': tf.math.xlogy(x, tf.abs(x) + 1), 'approximate': tf.nn.gelu(x, approximate=True), 'cross': tf.linalg.cross(x[..., :3], x[..., 1:]), 'clip': tf.clip_by_norm(x, 1.0),
        }

    save_module(path, run=run)
    return [('serving_default', {'x': floats(2, 4, 4)})]


@maker
def images(path):
    @function(x=(tf.float32, [None, 8, 10, 3]))
    def run(x):
        return {
            'bilinear': tf.image.resize(x, [5, 7]), 'nearest': tf.image.resize(x, [16, 5], 'nearest'), 'old': tf.compat.v1.image.resize_bilinear(x, [4, 4], align_corners=True), 'grey': tf.image.rgb_to_grayscale(x),
            'crop': tf.image.crop_and_resize(x, [[0.0, 0.0, 0.5, 0.5], [0.1, 0.2, 0.9, 1.0]], [0, 1], [4, 4]), 'flip': tf.image.flip_left_right(x), 'standard': tf.image.per_image_standardization(x),
            'padded': tf.image.pad_to_bounding_box(x, 1, 2, 12, 14), 'central': tf.image.central_crop(x, 0.5), 'patches': tf.image.extract_patches(x, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], 'VALID'),
            'contrast': tf.image.adjust_contrast(x, 2.0), 'bright': tf.image.adjust_brightness(x, 0.1), 'bytes': tf.image.convert_image_dtype(tf.clip_by_value(x, 0, 1), tf.uint8, saturate=True),
            'boxes': tf.image.non_max_suppression([[0, 0, 1, 1], [0, 0, 1.0, 1.1], [2, 2, 3, 3]], [0.9, 0.8, 0.7], 3, 0.5), 'pool': tf.nn.max_pool2d(x, 2, 2, 'SAME'),
            'normalised': tf.nn.local_response_normalization(x, 1),
        }

    save_module(path, run=run)
    return [('serving_default', {'x': random.uniform(0, 1, (2, 8, 10, 3)).astype('float32')})]


@maker
def more_strings(path):
    @function(s=(tf.string, [None]))
    def run(s):
        words = tf.strings.split(s)
        return {
            'matrix': words.to_tensor('-'), 'lengths': words.row_lengths(), 'flat': words.values, 'commas': tf.strings.split(s, ',').to_tensor(), 'match': tf.strings.regex_full_match(s, '[a-z ]+'),
            'joined': tf.strings.reduce_join(s, separator='|'), 'letters': tf.strings.bytes_split(s).values, 'characters': tf.strings.length(s, 'UTF8_CHAR'), 'bucket': tf.strings.to_hash_bucket_fast(s, 1000),
            'part': tf.strings.substr(s, 1, 2, 'UTF8_CHAR'), 'base64': tf.io.encode_base64(s), 'decoded': tf.io.decode_base64(tf.io.encode_base64(s)), 'int': tf.strings.to_number(['1', '-2']), 'replace': tf.strings.regex_replace(s, '(a)(.)', r'\2\1'),
            'raw': tf.io.decode_raw(tf.constant(['abcd']), tf.uint8), 'where': tf.where(s == 'a', 'x', s), 'ngrams': tf.strings.ngrams(words, 2).to_tensor(), 'padded': tf.strings.as_string([1.5, -2.25], precision=3, width=8),
            'codes': tf.strings.unicode_decode(s, 'UTF-8').to_tensor(), 'unique': tf.unique(s)[0], 'gathered': tf.gather(s, [1, 0]), 'stacked': tf.stack([s, s]), 'bool': tf.strings.as_string(s == 'a'),
        }

    save_module(path, run=run)
    return [('serving_default', {'s': strings('a', 'hello big world', 'grün,blau,,x', 'a ab')})]


@maker
def written_numbers(path):
    @function(x=(tf.float32, [None]), d=(tf.float64, [None]), i=(tf.int64, [None]), s=(tf.string, [None]))
    def run(x, d, i, s):
        ways = {
            'plain': {}, 'three': {'precision': 3}, 'none': {'precision': 0}, 'scientific': {'scientific': True}, 'short': {'shortest': True}, 'shorter': {'shortest': True, 'precision': 3},
            'zeros': {'width': 14, 'fill': '0'}, 'left': {'width': 14, 'fill': '-'}, 'plus': {'width': 14, 'fill': '+'}, 'space': {'width': 3, 'fill': ' '},
        }
        out = {f'{name}_{number.dtype.name}': tf.strings.as_string(number, **way) for name, way in ways.items() for number in (x, d)}
        out.update({f'whole_{name}': tf.strings.as_string(i, width=6, fill=fill) for name, fill in [('zeros', '0'), ('left', '-'), ('plus', '+'), ('space', ' ')]})
        for most in (0, 1, 3):
            out[f'words_{most}'] = tf.strings.split(s, maxsplit=most).to_tensor('?')
            out[f'parts_{most}'] = tf.strings.split(s, ',', maxsplit=most).to_tensor('?')
        return out

    save_module(path, run=run)
    numbers = np.array([1.5, -2e10, 3.14159265, 1e-7, np.inf, -np.inf, 0, -0.0, 123456789, 0.0001, 1e22, 100000, 1e6, 999999.9, 0.5, 1.5, 2.5, -0.5, 0.0625, 0.5703125, 1.0009765625])
    return [('serving_default', {
        'x': numbers.astype('float32'), 'd': numbers, 'i': np.array([1, -22, 2**40, 0], 'int64'),
        's': strings('a b  c  ', '  x  y z', 'one', '', '   ', 'a,b,,c,d', ',x,'),
    })]


@maker
def broken_characters(path):
    @function(s=(tf.string, [None]), codes=(tf.int32, [None, None]))
    def run(s, codes):
        out = {'length': tf.strings.length(s, unit='UTF8_CHAR'), 'part': tf.strings.substr(s, 1, 2, unit='UTF8_CHAR')}
        for errors in ('replace', 'ignore'):
            given = {'errors': errors, 'replacement_char': 63}
            out[f'{errors}_codes'], out[f'{errors}_starts'] = [rows.to_tensor(-1) for rows in tf.strings.unicode_decode_with_offsets(s, 'UTF-8', **given)]
            out[f'{errors}_split'] = tf.strings.unicode_split(s, 'UTF-8', errors=errors).to_tensor('~')
            out[f'{errors}_only'] = tf.strings.unicode_decode(s, 'UTF-8', **given).to_tensor(-1)
            for name in ('UTF-8', 'UTF-16-BE', 'UTF-32-BE'):
                out[f'{errors}_{name}'] = tf.strings.unicode_transcode(s, 'UTF-8', name, **given, replace_control_characters=name == 'UTF-8')
                out[f'{errors}_{name}_encoded'] = tf.strings.unicode_encode(codes, name, **given)
        return out

    save_module(path, run=run)
    texts = strings(b'a\xffb', b'\xe4\xb8x', b'ok\xc3\xa9', b'\xe4\xb8\xadx\xf0\x9f\x98\x80\xf0\x9f', b'\xed\xa0\x80z', b'\xc0\x80a', b'a\x00\x07b', b'\xf8\x88\x80\x80\x80v', b'\xe4a\xb8')
    return [('serving_default', {'s': texts, 'codes': np.array([[97, 0x10ffff, 0x110000, 0xd800, 0x4e2d]], 'int32')})]


@maker
def int64_tables(path):
    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.names = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(tf.constant([1, 2**53 + 1], tf.int64), tf.constant(['one', 'big'])), '?')
            self.prices = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(tf.constant(['a', 'b']), tf.constant([0.5, 1.5])), -1.0)
            self.buckets = tf.lookup.StaticVocabularyTable(tf.lookup.KeyValueTensorInitializer(tf.constant(['x', 'y']), tf.constant([0, 1], tf.int64)), 3)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.int64, name='n'), tf.TensorSpec([None], tf.string, name='s')])
        def run(self, n, s):
            return {'name': self.names.lookup(n), 'price': self.prices.lookup(s), 'bucket': self.buckets.lookup(s), 'size': self.names.size()}

    model = Model()
    tf.saved_model.save(model, path, model.run)
    return [('serving_default', {'n': np.array([2**53 + 1, 2**53, 1], 'int64'), 's': strings('a', 'y', 'nowhere')})]


@maker
def sparse_features(path):
    @function(examples=(tf.string, [None]))
    def run(examples):
        features = tf.io.parse_example(examples, {
            'words': tf.io.RaggedFeature(tf.string), 'ids': tf.io.VarLenFeature(tf.int64), 'weights': tf.io.FixedLenSequenceFeature([2], tf.float32, allow_missing=True),
        })
        table = tf.reshape(tf.range(20.0), [10, 2])
        return {'words': features['words'].to_tensor('?'), 'ids': tf.sparse.to_dense(features['ids']), 'weights': features['weights'],
                'embedded': tf.nn.embedding_lookup_sparse(table, features['ids'], None, combiner='mean'), 'count': tf.sparse.reduce_sum(features['ids'], 1)}

    def example(words, ids, weights):
        feature = {'words': tf.train.Feature(bytes_list=tf.train.BytesList(value=words)), 'ids': tf.train.Feature(int64_list=tf.train.Int64List(value=ids)),
                   'weights': tf.train.Feature(float_list=tf.train.FloatList(value=weights))}
        return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()

    save_module(path, run=run)
    return [('serving_default', {'examples': strings(example([b'a', b'b'], [1, 2], [1, 2, 3, 4]), example([b'c'], [9], [5, 6]))})]


@maker
def big_state(path):
    class Model(tf.Module):
        def __init__(self):
            super().__init__()
            self.rows = tf.Variable(tf.zeros([3, 2]))
            self.calls = tf.Variable(tf.constant(0, tf.int64))

        @tf.function(input_signature=[tf.TensorSpec([], tf.int32, name='row'), tf.TensorSpec([2], tf.float32, name='value')])
        def put(self, row, value):
            self.calls.assign_add(1)
            self.rows.assign(tf.tensor_scatter_nd_update(self.rows, [[row]], [value]))
            return {'rows': self.rows + 0.0, 'calls': self.calls + 0}

    model = Model()
    tf.saved_model.save(model, path, model.put)
    return [('serving_default', {'row': np.int32(row), 'value': floats(2)}) for row in (0, 2, 0)]


@maker
def normalised_volumes(path):
    """As Keras 2 normalised what Conv3D and ConvLSTM2D gave it."""
    @function(x=(tf.float32, [None, 2, 3, 3, 2]))
    def run(x):
        norm = tf1.nn.fused_batch_norm
        own, mean, variance = norm(x, [1.0, 2.0], [0.5, 0.0], data_format='NDHWC')
        return {'given': norm(x, [1.0, 2.0], [0.5, 0.0], [0.1, 0.2], [0.5, 2.0], is_training=False, data_format='NDHWC')[0], 'own': own, 'mean': mean, 'variance': variance}

    save_module(path, run=run)
    return [('serving_default', {'x': floats(2, 2, 3, 3, 2)})]
