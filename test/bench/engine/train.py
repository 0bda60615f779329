"""train.py FOLDER SEEDS: the same trainings by Keras, as JSON. FOLDER has images and labels of train and test, a byte each."""
import json
import os
import statistics
import sys
import time

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['CUDA_VISIBLE_DEVICES'] = ''
import keras
import numpy as np

layers = keras.layers
folder, seeds = sys.argv[1], int(sys.argv[2])


def data(name):
    images = np.fromfile(f'{folder}/{name}-images.bin', np.uint8).reshape(-1, 28, 28, 1).astype('float32') / 255
    return images, np.fromfile(f'{folder}/{name}-labels.bin', np.uint8).astype('int32')


def model(*inner):
    made = keras.Sequential([keras.Input((28, 28, 1)), *inner, layers.Dense(10, activation='softmax')])
    made.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
    return made


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


(images, labels), test = data('train'), data('test')
course, epochs, accuracies = [], [], []
for seed in range(1, seeds + 1):
    keras.utils.set_random_seed(seed)
    small = model(layers.Conv2D(8, 3, strides=2, activation='relu'), layers.Flatten())
    # Tracing the step belongs to the training, and so to its first epoch.
    course.append(seconds(lambda: epochs.append(seconds(lambda: small.fit(images, labels, epochs=1, verbose=0))) or small.fit(images, labels, epochs=4, verbose=0)))
    accuracies.append(small.evaluate(*test, verbose=0)[1])
small.predict(test[0][:256], verbose=0)
big = model(
    layers.Conv2D(32, 3, activation='relu'), layers.MaxPooling2D(2), layers.Conv2D(64, 3, activation='relu'),
    layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(128, activation='relu'))
print(json.dumps({
    'course': statistics.median(course),
    'fit': statistics.median(epochs),
    'bigger': seconds(lambda: big.fit(images, labels, epochs=1, verbose=0)),
    'accuracy': statistics.median(accuracies),
    'predict': 1000 * statistics.median([seconds(lambda: small.predict(test[0], batch_size=256, verbose=0)) for _ in range(5)]),
}))
