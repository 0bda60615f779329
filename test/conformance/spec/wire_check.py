"""Checks every message that jupyter_client reads in this process against messages.schema.json.

What it finds goes, a line a message, into the file that TYPELAB_WIRE_CHECK names. sitecustomize.py beside it starts the
check in whatever Python program is run with this folder on PYTHONPATH: nbclient, papermill, jupyter console.
"""
import json
import os
import pathlib

SCHEMA = json.loads((pathlib.Path(__file__).parent / "messages.schema.json").read_text())


def validators():
    from jsonschema import Draft202012Validator

    contents = SCHEMA["$defs"]["content"]
    whole = Draft202012Validator(SCHEMA)
    return whole, {
        name: Draft202012Validator({"$defs": SCHEMA["$defs"], **schema}) for name, schema in contents.items()
    }


def check(message, whole, contents):
    """What is wrong with a message, or None."""
    name = message["header"].get("msg_type")
    if name not in contents:
        return f"the specification has no {name}"
    for validator, value in ((whole, message), (contents[name], message["content"])):
        for error in validator.iter_errors(value):
            return f"{error.json_path}: {error.message}"
    return None


def install(report):
    from jupyter_client.session import Session

    whole, contents = validators()
    original = Session.deserialize

    def deserialize(self, msg_list, content=True, copy=True):
        result = original(self, msg_list, content, copy)
        frames = [part if isinstance(part, bytes) else bytes(part.bytes) for part in msg_list[1:5]]
        header, parent_header, metadata, body = map(json.loads, frames)
        message = dict(header=header, parent_header=parent_header, metadata=metadata, content=body)
        message["buffers"] = [None] * (len(msg_list) - 5)
        report(header["msg_type"], check(message, whole, contents), message)
        return result

    Session.deserialize = deserialize


def install_from_environment():
    file = os.environ.get("TYPELAB_WIRE_CHECK")
    if not file:
        return

    def report(name, error, message):
        with open(file, "a") as out:
            out.write(json.dumps({"type": name, "error": error, "message": message if error else None}) + "\n")

    install(report)
