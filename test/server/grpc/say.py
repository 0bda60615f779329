"""One answer, or one error, as a JSON line."""
import json

import grpc


def say(what, call, text=True):
    try:
        print(json.dumps({'what': what, 'answer': call()}))
    except grpc.RpcError as error:
        # Some errors are gRPC's own, and their text tells ports and addresses.
        print(json.dumps({'what': what, 'code': error.code().name} | ({'text': error.details()} if text else {})))
