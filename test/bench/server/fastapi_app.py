"""What a course participant writes by hand: FastAPI around TensorFlow's SavedModel. fastapi_app.py PORT EXPORT_PATH"""
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import fastapi
import numpy as np
import tensorflow as tf
import uvicorn

port, path = sys.argv[1:]
serve = tf.saved_model.load(path).signatures['serving_default']
(name,) = serve.structured_input_signature[1]
app = fastapi.FastAPI()


@app.post('/predict')
async def predict(request: fastapi.Request):
    body = await request.json()
    (output,) = serve(**{name: tf.constant(np.array(body['instances'], 'float32'))}).values()
    return {'predictions': output.numpy().tolist()}


uvicorn.run(app, host='127.0.0.1', port=int(port), log_level='error')
