"""What TensorFlow computes: the output of an operation, and the gradients of the sum of its squares.

kernels.py FILE   reads a list of {op, attrs, inputs: [{shape, values, dtype}]}, writes the list of lists of numbers in its place
"""
import json
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'
import keras
import tensorflow as tf


def around(sizes):
    return [1, *sizes, 1]


OPS = {
    'conv2d': lambda a, x, f: tf.nn.conv2d(x, f, around(a['strides']), a['pad'].upper()),
    # tf.nn.conv2d has no gradient with dilations on a CPU.
    'dilatedConv2d': lambda a, x, f: tf.nn.atrous_conv2d(x, f, a['dilations'], a['pad'].upper()),
    'dilatedDepthwise': lambda a, x, f: tf.nn.depthwise_conv2d(x, f, around([1, 1]), a['pad'].upper(), dilations=a['dilations']),
    'conv2dTranspose': lambda a, x, f: tf.nn.conv2d_transpose(x, f, a['shape'], around(a['strides']), a['pad'].upper()),
    'conv3d': lambda a, x, f: tf.nn.conv3d(x, f, around(a['strides']), a['pad'].upper()),
    'conv3dTranspose': lambda a, x, f: tf.nn.conv3d_transpose(x, f, a['shape'], around(a['strides']), a['pad'].upper()),
    'depthwise': lambda a, x, f: tf.nn.depthwise_conv2d(x, f, around(a['strides']), a['pad'].upper()),
    'maxPool': lambda a, x: tf.nn.max_pool(x, a['window'], a['strides'], a['pad'].upper()),
    'avgPool': lambda a, x: tf.nn.avg_pool(x, a['window'], a['strides'], a['pad'].upper()),
    'matMul': lambda a, x, y: tf.matmul(x, y, a['transposeA'], a['transposeB']),
    'gather': lambda a, x, i: tf.gather(x, i, axis=a['axis']),
    'einsum': lambda a, x, y: tf.einsum(a['equation'], x, y),
    'fusedConv2d': lambda a, x, f, b: tf.nn.relu(tf.nn.conv2d(x, f, around(a['strides']), a['pad'].upper()) + b),
    'fusedDense': lambda a, x, w, b: tf.nn.relu(tf.matmul(x, w) + b),
    'sparseCrossEntropy': lambda a, x, i: keras.losses.sparse_categorical_crossentropy(i, tf.nn.softmax(3 * x)),
    'crossEntropy': lambda a, x: keras.losses.categorical_crossentropy(tf.ones_like(x) / x.shape[1], tf.nn.softmax(x)),
    'softmax': lambda a, x: tf.nn.softmax(x),
    'batchNorm': lambda a, x, g, b: tf.nn.batch_normalization(x, *tf.nn.moments(x, [0, 1, 2]), b, g, 1e-3),
    'batchNormTraining': lambda a, x, g, b: tf.compat.v1.nn.fused_batch_norm(x, g, b, epsilon=1e-3)[0],
}


def answer(case):
    inputs = [tf.Variable(tf.reshape(tf.constant(i['values'], i['dtype']), i['shape'])) for i in case['inputs']]
    with tf.GradientTape() as tape:
        output = OPS[case['op']](case['attrs'], *inputs)
        loss = tf.reduce_sum(output * output)
    wanted = [x for x in inputs if x.dtype == tf.float32]
    gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, wanted)]
    return [tf.reshape(tensor, [-1]).numpy().tolist() for tensor in [output, *gradients]]


with open(sys.argv[1]) as file:
    cases = json.load(file)
with open(sys.argv[1], 'w') as file:
    json.dump([answer(case) for case in cases], file)
