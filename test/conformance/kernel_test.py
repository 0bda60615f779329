"""jupyter_kernel_test, Jupyter's own judge of kernels, with its samples filled for TypeScript.

Run by kernel.test.ts, or alone: .venv/bin/python -m pytest test/conformance/kernel_test.py
"""
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "spec"))
import own_kernel  # noqa: E402

HOME = own_kernel.install()

import jupyter_kernel_test  # noqa: E402
import pytest  # noqa: E402

import wire_check  # noqa: E402

CHECKED = []
wire_check.install(lambda name, error, message: CHECKED.append((name, error, message)))


@pytest.fixture(autouse=True)
def every_message_is_as_specified():
    """Beside the suite's own validation, which knows protocol 5.0: each message against the schema of 5.5."""
    CHECKED.clear()
    yield
    assert CHECKED, "no message was read"
    assert [(name, error, message) for name, error, message in CHECKED if error] == []


def teardown_module():
    shutil.rmtree(HOME, ignore_errors=True)


class TypelabTests(jupyter_kernel_test.KernelTests):
    kernel_name = "typelab"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    completion_samples = [
        {"text": "console.deb", "matches": {"debug"}},
        {"text": "Math.hyp", "matches": {"hypot"}},
        {"text": "'😀'.trimE", "matches": {"trimEnd"}},
    ]
    complete_code_samples = ["1", "const a = 1", "function f() {\n  return 1\n}", "await 1", "%pwd"]
    incomplete_code_samples = ["function f() {", "const s = `a", "[1, 2", "f(", "/* a"]
    invalid_code_samples = ["const = 1", "1 +* 2", ")"]
    code_page_something = "import { page } from 'typelab/kernel';\nawait page('a long text')"
    code_generate_error = "throw new TypeError('on purpose')"
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": "({ a: 1 })", "result": "{ a: 1 }"},
        {"code": "await Promise.resolve('x')", "result": "'x'"},
    ]
    code_display_data = [
        {"code": "import { display } from 'typelab/kernel';\ndisplay({ 'text/html': '<b>x</b>' }, { raw: true })", "mime": "text/html"},
        {"code": "display({ 'text/latex': '$x$' }, { raw: true })", "mime": "text/latex"},
    ]
    code_history_pattern = "1 ? 2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "parseInt"
    code_clear_output = "import { clearOutput } from 'typelab/kernel';\nclearOutput()"


class TypelabIopubWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "typelab"
    support_iopub_welcome = True


# Imported names would be collected as tests of their own.
del jupyter_kernel_test
