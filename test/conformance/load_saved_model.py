"""Runs a SavedModel's serving_default on images.f32 in TensorFlow's three loaders; writes LOADER.f32 for each."""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf

exported, folder = sys.argv[1:]
images = np.fromfile(os.path.join(folder, "images.f32"), np.float32).reshape(-1, 28, 28, 1)


def write(name, probabilities):
    np.asarray(probabilities, np.float32).tofile(os.path.join(folder, name + ".f32"))


signature = tf.saved_model.load(exported).signatures["serving_default"]
[key] = signature.structured_input_signature[1]
write("saved_model_load", *signature(**{key: tf.constant(images)}).values())

write("tfsm_layer", *keras.layers.TFSMLayer(exported, call_endpoint="serving_default")(images).values())

# What TensorFlow Serving itself runs.
with tf.compat.v1.Session(graph=tf.Graph()) as session:
    meta = tf.compat.v1.saved_model.load(session, ["serve"], exported)
    definition = meta.signature_def["serving_default"]
    [x], [y] = definition.inputs.values(), definition.outputs.values()
    write("tf1_loader", session.run(y.name, {x.name: images}))
