"""Sends each request of a list (JSON on stdin) by `requests` and prints what came back, a line of JSON for each."""
import base64
import json
import sys

import requests

session = requests.Session()
for case in json.load(sys.stdin):
    body = base64.b64decode(case['body']) if 'body' in case else None
    answer = session.request(case['method'], case['url'], headers=case['headers'], data=body)
    print(json.dumps({
        'status': answer.status_code,
        'type': answer.headers.get('content-type', ''),
        'cors': answer.headers.get('access-control-allow-origin', ''),
        'text': answer.content.decode(),
    }))
