"""Teaches papermill to write parameters as TypeScript, and as JavaScript.

    python typelab_papermill.py IN.ipynb OUT.ipynb -p epochs 2      # papermill's own command line
    import typelab_papermill, papermill                             # or before papermill.execute_notebook(...)
"""
import json
import math
import re

from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators


class TypeScriptTranslator(Translator):
    # Without a type it would be a list that never has anything.
    EMPTY = "[] as unknown[]"

    @classmethod
    def translate_escaped_str(cls, str_val):
        return json.dumps(str(str_val))

    @classmethod
    def translate_none(cls, val):
        return "null"

    @classmethod
    def translate_float(cls, val):
        if math.isfinite(val):
            return repr(val)
        return "Number.NaN" if math.isnan(val) else ("Infinity" if val > 0 else "-Infinity")

    @classmethod
    def translate_dict(cls, val):
        # Computed where a literal would set the prototype.
        key = lambda one: '["__proto__"]' if one == "__proto__" else json.dumps(str(one))
        return "{ " + ", ".join(f"{key(one)}: {cls.translate(item)}" for one, item in val.items()) + " }"

    @classmethod
    def translate_list(cls, val):
        return "[" + ", ".join(cls.translate(item) for item in val) + "]" if val else cls.EMPTY

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}"

    @classmethod
    def assign(cls, name, str_val):
        # `let` of a literal widens, so that the cells below may compare and assign.
        return f"let {name} = {str_val};"

    # What a line declares; a literal may hold a ; or // of its own.
    PARAMETER = re.compile(
        r"^\s*(?:let|const|var)\s+(?P<name>[A-Za-z_$][\w$]*)\s*(?::\s*(?P<type>[^=]+?))?\s*"
        r"=\s*(?P<value>(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|[^;\"'`/]|/(?!/))*?)\s*;?\s*(?://\s*(?P<help>.*))?$"
    )

    @classmethod
    def inspect(cls, parameters_cell):
        found = (cls.PARAMETER.match(line) for line in parameters_cell["source"].splitlines())
        return [Parameter(one["name"], (one["type"] or "None").strip(), one["value"], one["help"] or "") for one in found if one]


class JavaScriptTranslator(TypeScriptTranslator):
    EMPTY = "[]"


papermill_translators.register("typescript", TypeScriptTranslator)
papermill_translators.register("javascript", JavaScriptTranslator)

if __name__ == "__main__":
    from papermill.cli import papermill

    papermill()
