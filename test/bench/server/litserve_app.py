"""The same in LitServe, one worker. litserve_app.py PORT EXPORT_PATH"""
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import litserve
import numpy as np

port, path = sys.argv[1:]


class Digits(litserve.LitAPI):
    def setup(self, device):
        import tensorflow as tf

        self.tf = tf
        self.serve = tf.saved_model.load(path).signatures['serving_default']
        (self.name,) = self.serve.structured_input_signature[1]

    def decode_request(self, request):
        return np.array(request['instances'], 'float32')

    def predict(self, images):
        (output,) = self.serve(**{self.name: self.tf.constant(images)}).values()
        return output.numpy()

    def encode_response(self, output):
        return {'predictions': output.tolist()}


if __name__ == '__main__':
    litserve.LitServer(Digits(), accelerator='cpu', workers_per_device=1).run(port=int(port), host='127.0.0.1', generate_client_file=False, log_level='error')
