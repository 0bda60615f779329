"""What Keras says of the digits model: its summary, and loss, accuracy and weights over some steps of Adam.

argv: a folder with images.bin (float32), labels.bin (int32) and weights-0.bin … weights-3.bin (float32). Prints JSON.
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np

folder = sys.argv[1]
images = np.fromfile(f"{folder}/images.bin", np.float32).reshape(-1, 28, 28, 1)
labels = np.fromfile(f"{folder}/labels.bin", np.int32)
model = keras.Sequential([
    keras.layers.Input((28, 28, 1)),
    keras.layers.Conv2D(8, 3, strides=2, activation="relu", name="Conv1"),
    keras.layers.Flatten(name="flatten"),
    keras.layers.Dense(10, activation="softmax", name="Softmax"),
], name="sequential")
model.set_weights([
    np.fromfile(f"{folder}/weights-{i}.bin", np.float32).reshape(weight.shape)
    for i, weight in enumerate(model.get_weights())
])
summary = []
model.summary(print_fn=lambda line, **_: summary.append(line), line_length=76)
model.compile(optimizer=keras.optimizers.Adam(0.001, epsilon=1e-12), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
before = model.evaluate(images, labels, verbose=0)
fitted = model.fit(images, labels, batch_size=32, epochs=3, shuffle=False, verbose=0)
after = model.evaluate(images, labels, verbose=0)
print(json.dumps({
    "version": keras.__version__,
    "summary": "\n".join(summary),
    "before": before,
    "after": after,
    "history": fitted.history,
    "weights": [float(value) for weight in model.get_weights() for value in weight.flatten()],
}))
