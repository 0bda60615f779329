"""Models as people build them with Keras: applications, recurrent nets, preprocessing layers."""
from maker import floats, keras, keras_case, layers, maker, np, random, save_keras, strings, tf


def application(path, build, size):
    model = build(input_shape=(size, size, 3), weights=None, classes=10)
    model.export(path, verbose=False)
    return [('serving_default', {model.inputs[0].name: random.uniform(0, 255, (2, size, size, 3)).astype('float32')})]


@maker
def efficientnet(path):
    return application(path, keras.applications.EfficientNetB0, 32)


@maker
def resnet(path):
    return application(path, keras.applications.ResNet50, 32)


@maker
def densenet(path):
    return application(path, keras.applications.DenseNet121, 32)


@maker
def stacked_lstm(path):
    model = keras.Sequential([
        keras.Input((7, 3)),
        layers.Bidirectional(layers.LSTM(4, return_sequences=True), merge_mode='sum'),
        layers.LSTM(3, return_sequences=True, go_backwards=True),
        layers.GRU(4, reset_after=False),
        layers.Dense(2),
    ])
    return keras_case(path, model, floats(3, 7, 3))


@maker
def masked_text(path):
    model = keras.Sequential([
        keras.Input((None,), dtype='int32', name='words'),
        layers.Embedding(30, 6, mask_zero=True),
        layers.Bidirectional(layers.LSTM(4)),
        layers.Dense(1, activation='sigmoid'),
    ])
    return keras_case(path, model, np.array([[3, 5, 9, 0, 0], [1, 2, 3, 4, 29]], 'int32'))


@maker
def encoder_decoder(path):
    source, target = keras.Input((5, 3), name='source'), keras.Input((4, 2), name='target')
    _, h, c = layers.LSTM(6, return_state=True)(source)
    decoded = layers.LSTM(6, return_sequences=True)(target, initial_state=[h, c])
    model = keras.Model([source, target], {'steps': layers.TimeDistributed(layers.Dense(2))(decoded), 'state': c})
    return keras_case(path, model, floats(2, 5, 3), floats(2, 4, 2))


@maker
def volumes(path):
    model = keras.Sequential([
        keras.Input((6, 6, 6, 2)),
        layers.Conv3D(4, 3, padding='same', activation='relu'),
        layers.MaxPooling3D(2),
        layers.AveragePooling3D(2, strides=1),
        layers.Flatten(),
        layers.Dense(3),
    ])
    return keras_case(path, model, floats(2, 6, 6, 6, 2))


@maker
def autoencoder(path):
    model = keras.Sequential([
        keras.Input((12, 12, 1)),
        layers.Conv2D(8, 3, strides=2, padding='same', activation='swish'),
        layers.BatchNormalization(),
        layers.Conv2D(4, 3, strides=2, padding='same', activation='hard_sigmoid'),
        layers.Conv2DTranspose(8, 3, strides=2, padding='same', activation='leaky_relu'),
        layers.Conv2DTranspose(1, 4, strides=2, padding='same', activation='sigmoid'),
    ])
    return keras_case(path, model, floats(2, 12, 12, 1))


@maker
def activations(path):
    x = keras.Input((9,))
    names = ['relu', 'relu6', 'elu', 'selu', 'celu', 'gelu', 'silu', 'mish', 'softmax', 'log_softmax', 'softplus', 'softsign', 'tanh', 'sigmoid',
             'hard_sigmoid', 'hard_silu', 'hard_tanh', 'exponential', 'leaky_relu', 'log_sigmoid', 'soft_shrink', 'hard_shrink', 'tanh_shrink']
    return keras_case(path, keras.Model(x, {name: layers.Activation(name)(x) for name in names}), floats(3, 9) * 3)


@maker
def normalisations(path):
    x = keras.Input((6, 6, 8))
    y = layers.GroupNormalization(4)(x)
    y = layers.LayerNormalization()(y)
    y = layers.UnitNormalization()(y)
    y = layers.SpatialDropout2D(0.2)(layers.BatchNormalization(axis=1)(y))
    return keras_case(path, keras.Model(x, y), floats(2, 6, 6, 8))


@maker
def dilated(path):
    model = keras.Sequential([
        keras.Input((20, 4)),
        layers.Conv1D(6, 3, padding='causal', dilation_rate=2, activation='relu'),
        layers.SeparableConv1D(5, 3, padding='same'),
        layers.Conv1DTranspose(4, 3, strides=2, padding='same'),
        layers.UpSampling1D(2),
        layers.ZeroPadding1D(2),
        layers.Cropping1D(1),
        layers.AveragePooling1D(3, strides=2, padding='same'),
        layers.GlobalMaxPooling1D(),
    ])
    return keras_case(path, model, floats(2, 20, 4))


@maker
def depthwise(path):
    model = keras.Sequential([
        keras.Input((13, 11, 3)),
        layers.DepthwiseConv2D(3, dilation_rate=2, padding='same'),
        layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2),
        layers.Conv2D(6, 3, groups=3, padding='same'),
        layers.MaxPooling2D(3, strides=1, padding='same'),
        layers.UpSampling2D((2, 3), interpolation='bilinear'),
        layers.GlobalMaxPooling2D(keepdims=True),
        layers.PReLU(),
    ])
    return keras_case(path, model, floats(2, 13, 11, 3))


@maker
def pictures(path):
    model = keras.Sequential([
        keras.Input((20, 24, 3)),
        layers.Rescaling(1 / 127.5, offset=-1),
        layers.Resizing(10, 12),
        layers.CenterCrop(8, 8),
        layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.5, 0.6, 0.7]),
        layers.Conv2D(4, 3),
        layers.Flatten(),
        layers.Dense(3, activation='softmax'),
    ])
    return keras_case(path, model, random.uniform(0, 255, (2, 20, 24, 3)).astype('float32'))


@maker
def wide_and_deep(path):
    city, age, visits = keras.Input((1,), dtype='string', name='city'), keras.Input((1,), name='age'), keras.Input((1,), dtype='int64', name='visits')
    lookup = layers.StringLookup(vocabulary=['Zurich', 'Basel', 'Genf'], output_mode='one_hot')
    known = layers.IntegerLookup(vocabulary=[1, 2, 2**40])
    parts = [lookup(city), layers.Discretization([20.0, 40.0, 60.0], output_mode='one_hot')(age), layers.Flatten()(layers.Embedding(4, 3)(known(visits)))]
    model = keras.Model([city, age, visits], layers.Dense(2)(layers.Concatenate()(parts)))
    return keras_case(path, model, strings('Basel', 'Paris').reshape(2, 1), np.array([[30], [70]], 'float32'), np.array([[2**40], [9]], 'int64'))


@maker
def bags_of_words(path):
    layer = layers.TextVectorization(max_tokens=20, output_mode='multi_hot', ngrams=2)
    layer.adapt(['the cat sat on the mat', 'a dog, a cat!'])
    inputs = keras.Input((1,), dtype='string', name='text')
    save_keras(keras.Model(inputs, layers.Dense(2)(layer(inputs))), path)
    return [('serving_default', {'text': strings('The dog sat', 'the cat').reshape(2, 1)})]


@maker
def transformer(path):
    words = keras.Input((6,), dtype='int32', name='words')
    x = layers.Embedding(20, 8)(words) + layers.Embedding(6, 8)(tf.range(6))
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True))
    x = layers.LayerNormalization()(x + layers.Dense(8)(layers.Dense(16, activation='gelu')(x)))
    return keras_case(path, keras.Model(words, layers.Dense(20, activation='softmax')(x)), random.integers(0, 20, (2, 6)).astype('int32'))


@maker
def endpoints(path):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(5, activation='relu'), layers.Dense(3, activation='softmax')])
    archive = keras.export.ExportArchive()
    archive.track(model)
    spec = keras.InputSpec(shape=(None, 4), dtype='float32')
    archive.add_endpoint('scores', model.__call__, input_signature=[spec])
    archive.add_endpoint('features', lambda x: {'hidden': model.layers[0](x)}, input_signature=[spec])
    archive.write_out(path, verbose=False)
    with tf.device('cpu'):
        loaded = tf.saved_model.load(path)
    names = {name: list(loaded.signatures[name].structured_input_signature[1])[0] for name in ('scores', 'features')}
    return [(name, {key: floats(2, 4)}) for name, key in names.items()]


def mixed(policy):
    keras.mixed_precision.set_global_policy(policy)
    x = keras.Input((8, 8, 4))
    y = layers.BatchNormalization()(layers.Conv2D(6, 3, activation='relu')(x))
    y = layers.DepthwiseConv2D(3, padding='same')(layers.MaxPooling2D(2)(y))
    y = layers.MultiHeadAttention(2, 3)(layers.Reshape((9, 6))(y), layers.Reshape((9, 6))(y))
    model = keras.Model(x, layers.Dense(3, activation='softmax', dtype='float32')(layers.Flatten()(y)))
    keras.mixed_precision.set_global_policy('float32')
    return model


@maker
def mixed_halves(path):
    return keras_case(path, mixed('mixed_float16'), floats(2, 8, 8, 4))


@maker
def mixed_brain(path):
    return keras_case(path, mixed('mixed_bfloat16'), floats(2, 8, 8, 4))


@maker
def quantized(path):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(8, activation='relu'), layers.Dense(3)])
    model.quantize('int8')
    model.export(path, verbose=False)
    return [('serving_default', {model.inputs[0].name: floats(4, 6)})]


@maker
def negative_volumes(path):
    model = keras.Sequential([keras.Input((3, 4, 5, 2)), layers.Rescaling(1, -2), layers.MaxPooling3D(2, padding='same'), layers.MaxPooling3D((1, 2, 2), strides=1)])
    return keras_case(path, model, floats(2, 3, 4, 5, 2))


@maker
def keras_in_a_module(path):
    """A model's weights where only the object graph says which they are: tf.saved_model.save, around a Keras 3 model."""
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3, activation='relu'), layers.BatchNormalization(), layers.Flatten(), layers.Dense(3)])
    for variable in model.variables:
        variable.assign(random.uniform(0.2, 1, variable.shape))

    @tf.function(input_signature=[tf.TensorSpec([None, 8, 8, 3], tf.uint8, name='image')])
    def run(image):
        return {'scores': tf.nn.softmax(model(tf.cast(image, tf.float32) / 255))}

    module = tf.Module()
    module.model, module.run = model, run
    tf.saved_model.save(module, path, run)
    return [('serving_default', {'image': random.integers(0, 256, (2, 8, 8, 3)).astype('uint8')})]
