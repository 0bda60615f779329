"""Jupyter's own clients on our kernel, run by clients.slow.test.ts; every message they read is checked against 5.5's schema."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).parents[2]
SPEC = ROOT / "test/conformance/spec"
sys.path.insert(0, str(SPEC))
import own_kernel  # noqa: E402

HOME = own_kernel.install()
REPORT = HOME / "messages.jsonl"
os.environ.update(
    PATH=f"{ROOT}/.venv/bin:{os.environ['PATH']}",
    PYTHONPATH=str(SPEC),
    TYPELAB_WIRE_CHECK=str(REPORT),
)
import wire_check  # noqa: E402

wire_check.install_from_environment()
import nbformat  # noqa: E402
from jupyter_client.manager import KernelManager  # noqa: E402
from nbclient import NotebookClient  # noqa: E402
from nbclient.exceptions import CellExecutionError  # noqa: E402


def teardown_module():
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(autouse=True)
def every_message_is_as_specified():
    REPORT.unlink(missing_ok=True)
    yield
    checked = [json.loads(line) for line in REPORT.read_text().splitlines()]
    assert checked, "no message was read"
    assert [one for one in checked if one["error"]] == []


@pytest.fixture(params=["tcp", "ipc"])
def kernel(request):
    options = {"transport": request.param}
    if request.param == "ipc":
        folder = tempfile.mkdtemp(dir=HOME)
        options["ip"] = f"{folder}/k"
    manager = KernelManager(kernel_name="typelab", **options)
    manager.start_kernel(cwd=HOME)
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=False)


def run(client, code, **options):
    outputs = []
    reply = client.execute_interactive(code, timeout=60, output_hook=outputs.append, **options)
    return reply["content"], outputs


def text_of(outputs):
    return "".join(one["content"]["text"] for one in outputs if one["msg_type"] == "stream")


class TestJupyterClient:
    def test_executes_asks_completes_and_remembers(self, kernel):
        _, client = kernel
        reply, outputs = run(client, "const n = 20; console.log('hi'); n + 1", user_expressions={"twice": "n * 2"})
        assert reply["status"] == "ok"
        assert reply["user_expressions"]["twice"]["data"]["text/plain"] == "40"
        assert text_of(outputs) == "hi\n"
        assert [one["content"]["data"] for one in outputs if one["msg_type"] == "execute_result"] == [{"text/plain": "21"}]
        asked = []

        def answer(message):
            asked.append(message["content"])
            client.input("Ada")

        _, outputs = run(client, "console.log(prompt('who?'))", allow_stdin=True, stdin_hook=answer)
        assert (asked, text_of(outputs)) == ([{"prompt": "who?", "password": False}], "Ada\n")
        assert client.complete("console.deb", reply=True, timeout=30)["content"]["matches"] == ["debug"]
        assert client.inspect("n", reply=True, timeout=30)["content"]["found"]
        history = client.history(hist_access_type="tail", n=1, reply=True, timeout=30)["content"]["history"]
        assert history[0][2] == "console.log(prompt('who?'))"

    def test_64_megabytes_arrive(self, kernel):
        _, client = kernel
        _, outputs = run(client, "const big = 'x'.repeat(64 * 2 ** 20); console.log(big.length); process.stdout.write(big)")
        assert len(text_of(outputs)) == 64 * 2**20 + 9

    def test_interrupt_keeps_the_variables(self, kernel):
        manager, client = kernel
        run(client, "let turns = 0")
        client.execute("turns++; console.log('begun'); for (;;) turns++")
        while (message := client.get_iopub_msg(timeout=60))["content"].get("text") != "begun\n":
            pass
        manager.interrupt_kernel()
        while (message := client.get_shell_msg(timeout=30))["msg_type"] != "execute_reply" or "ename" not in message["content"]:
            pass
        assert message["content"]["ename"] == "KeyboardInterrupt"
        assert text_of(run(client, "console.log(turns > 0)")[1]) == "true\n"

    def test_restart_forgets_and_goes_on(self, kernel):
        manager, client = kernel
        run(client, "const gone = 1")
        manager.restart_kernel()
        client.wait_for_ready(timeout=60)
        reply, outputs = run(client, "console.log(typeof globalThis); 1")
        assert (reply["status"], reply["execution_count"]) == ("ok", 1)
        assert run(client, "gone")[0]["status"] == "error"

    def test_two_clients_at_once(self, kernel):
        manager, client = kernel
        other = manager.blocking_client()
        other.start_channels()
        other.wait_for_ready(timeout=60)
        run(client, "let shared = 1")
        first, second = client.execute("shared += 1"), other.execute("shared += 10")
        for one, sent in ((client, first), (other, second)):
            while one.get_shell_msg(timeout=30)["parent_header"]["msg_id"] != sent:
                pass
        assert text_of(run(other, "console.log(shared)")[1]) == "12\n"
        other.stop_channels()


def test_the_recorded_session_is_the_same_over_jupyter_client():
    """test/wire/session.transcript again, sent by Jupyter's own client."""
    manager = KernelManager(kernel_name="typelab")
    manager.start_kernel(cwd=HOME, env={**os.environ, "TYPELAB_HISTORY": str(HOME / "own-history")})
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    names = {}

    def line(message):
        found = re.sub(r'"[0-9a-f]{8}-[0-9a-f-]{27}"', lambda id: f'"{names.setdefault(id[0], f"comm-{len(names) + 1}")}"', json.dumps(strip(message["content"]), ensure_ascii=False, separators=(",", ":")))
        metadata = message["metadata"]
        return f"{message['msg_type']} {found}" + (f" metadata {json.dumps(strip(metadata), ensure_ascii=False, separators=(',', ':'))}" if metadata else "")

    def strip(value, key=""):
        if key == "traceback":
            return "<traceback>"
        if isinstance(value, dict):
            return {name: strip(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [strip(one) for one in value]
        if isinstance(value, str) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
            if key.endswith("_port"):
                return "<port>"
            if key == "signature" or ("/" in key and key != "text/plain"):
                return f"<{key}>"
            if re.search(r"version$|^banner$|^url$", key) and key != "protocol_version":
                return f"<{key}>"
        return value

    def exchange(sent):
        channel, kind, content = re.fullmatch(r"→ (\w+) (\w+) (.*)", sent[0]).groups()
        answers = [json.loads(one.split(" ", 3)[3])["value"] for one in sent[1:]]
        sender = client.shell_channel if channel == "shell" else client.control_channel
        message = client.session.msg(kind, json.loads(content))
        sender.send(message)
        mine = message["header"]["msg_id"]
        lines, idle, asked = [], False, []
        while not idle or len(asked) < len(answers):
            if len(asked) < len(answers):
                question = client.get_stdin_msg(timeout=30)
                asked.append(f"← stdin {line(question)}")
                client.input(answers[len(asked) - 1])
                asked[-1] += f"\n→ stdin input_reply {json.dumps(dict(value=answers[len(asked) - 1], status='ok'), separators=(',', ':'))}"
                continue
            got = client.get_iopub_msg(timeout=30)
            if got["parent_header"].get("msg_id") != mine:
                continue
            lines.append(f"← iopub {line(got)}")
            idle = got["content"].get("execution_state") == "idle"
        if kind.endswith("_request"):
            get = client.get_shell_msg if channel == "shell" else client.get_control_msg
            while (got := get(timeout=30))["parent_header"]["msg_id"] != mine:
                pass
            lines.append(f"← {channel} {line(got)}")
        return "\n".join([sent[0], *asked, *lines])

    recorded = (ROOT / "test/wire/session.transcript").read_text().strip().split("\n\n")
    try:
        for block in recorded:
            sent = [one for one in block.split("\n") if one.startswith("→")]
            if "shutdown_reply" in block:
                continue  # The manager's way of ending a kernel comes last.
            assert exchange(sent) == block
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def notebook(*cells):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    made.metadata.kernelspec = {"name": "typelab", "display_name": "TypeScript (typelab)", "language": "typescript"}
    return made


CELLS = (
    "import { clearOutput, display, updateDisplay } from 'typelab/kernel'",
    "const x = 6 * 7; x",
    "display('first', { id: 'd' }); updateDisplay('second', { id: 'd' })",
    "console.log('gone'); clearOutput(); console.log('stays')",
    "setTimeout(() => console.log('late'), 50); await new Promise((done) => setTimeout(done, 150))",
)


def check_outputs(made):
    outputs = [cell.outputs for cell in made.cells]
    assert outputs[1][0].data["text/plain"] == "42"
    assert outputs[2][0].data["text/plain"] == "'second'"
    assert [one.text for one in outputs[3]] == ["stays\n"]
    assert outputs[4][0].text == "late\n"
    assert made.metadata.language_info.file_extension == ".ts"
    nbformat.validate(made)


class TestNotebookRunners:
    def test_nbclient(self):
        made = notebook(*CELLS)
        NotebookClient(made, timeout=120).execute(cwd=str(HOME))
        check_outputs(made)

    def test_nbclient_stops_at_an_error_unless_it_is_allowed(self):
        made = notebook("const good = 1", "throw new RangeError('on purpose')", "good")
        with pytest.raises(CellExecutionError, match="on purpose"):
            NotebookClient(made, timeout=120).execute(cwd=str(HOME))
        assert made.cells[2].execution_count is None
        made.cells[1].metadata.tags = ["raises-exception"]
        NotebookClient(made, timeout=120).execute(cwd=str(HOME))
        assert made.cells[1].outputs[0].ename == "RangeError"
        assert made.cells[2].outputs[0].data["text/plain"] == "1"

    def test_nbclient_interrupts_a_cell_that_takes_too_long(self):
        made = notebook("let kept = 1; for (;;);", "kept")
        NotebookClient(made, timeout=3, interrupt_on_timeout=True, allow_errors=True).execute(cwd=str(HOME))
        assert made.cells[0].outputs[0].ename == "KeyboardInterrupt"
        assert made.cells[1].outputs[0].data["text/plain"] == "1"

    def test_papermill(self):
        nbformat.write(notebook(*CELLS), HOME / "in.ipynb")
        program("papermill", "in.ipynb", "out.ipynb")
        check_outputs(nbformat.read(HOME / "out.ipynb", 4))

    def test_nbconvert(self):
        nbformat.write(notebook(*CELLS), HOME / "page.ipynb")
        program("jupyter", "nbconvert", "--execute", "--to", "html", "page.ipynb")
        assert ">42<" in re.sub(r"\s+<", "<", (HOME / "page.html").read_text())
        program("jupyter", "nbconvert", "--execute", "--to", "notebook", "--output", "again.ipynb", "page.ipynb")
        check_outputs(nbformat.read(HOME / "again.ipynb", 4))
        program("jupyter", "nbconvert", "--to", "script", "again.ipynb")
        assert "const x = 6 * 7; x" in (HOME / "again.ts").read_text()


def program(*words):
    done = subprocess.run(words, cwd=HOME, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


class ConsoleDeadlock(Exception):
    pass


def test_jupyter_console():
    for _ in range(5):
        try:
            return in_jupyter_console()
        except ConsoleDeadlock:
            continue
    raise AssertionError("jupyter console stood still in its own SIGINT handler five times")


def expect_interrupt(console):
    """jupyter console's SIGINT handler waits for a lock that the code it interrupted may hold, and then for ever, with any kernel:
    6 of 772 interrupts with ipykernel, 4 of 774 with ours. Where its stack says just that, it says nothing of the kernel."""
    import pexpect

    try:
        console.expect("KeyboardInterrupt", timeout=60)
    except pexpect.TIMEOUT as late:
        console.kill(signal.SIGABRT)  # Python prints the stacks
        console.expect(pexpect.EOF)
        if "in handle_sigint" in console.before:
            raise ConsoleDeadlock() from late
        raise


def in_jupyter_console():
    import pexpect

    console = pexpect.spawn(
        "jupyter console --kernel typelab --simple-prompt",
        cwd=str(HOME), encoding="utf8", timeout=90, dimensions=(50, 200), env={**os.environ, "PYTHONFAULTHANDLER": "1"},
    )
    try:
        console.expect(r"In \[1\]: ")
        console.sendline("const n = 6 * 7; n")
        console.expect(r"Out\[1\]: 42")
        console.expect(r"In \[2\]: ")
        console.sendline("console.log('who is', prompt('name?'))")
        console.expect(r"name\?")
        console.sendline("Ada")
        console.expect("who is Ada")
        console.expect(r"In \[3\]: ")
        console.sendline("throw new RangeError('too far')")
        console.expect("RangeError.*too far")
        console.expect(r"In \[4\]: ")
        console.sendline("console.log('go'); for (;;);")
        console.expect("go\r?\n")
        console.sendintr()
        expect_interrupt(console)
        console.expect(r"In \[5\]: ")
        console.sendline("n + 1")
        console.expect(r"Out\[5\]: 43")
        console.expect(r"In \[6\]: ")
        console.sendeof()
        console.expect([r"\[y\]|y/\[n\]|\(y/n\)|exit", pexpect.EOF])
        console.sendline("y")
        console.expect(pexpect.EOF)
    finally:
        console.close(force=True)


def test_tab_completes_in_the_jupyter_console():
    """With its line editor, as a person has it: what it draws is read without the codes of a terminal."""
    import pexpect

    environment = {**os.environ, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
    console = pexpect.spawn("jupyter console --kernel typelab", cwd=str(HOME), encoding="utf8", timeout=90, dimensions=(50, 200), env=environment)

    def until(text):
        drawn = ""
        while text not in drawn:
            console.expect(r"[\s\S]+")
            drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn + console.after)

    try:
        until("In [1]: ")
        console.send("const fruit = { apple: 1, apricot: 2 };\r")
        until("In [2]: ")
        console.send("console.deb")
        until("console.deb")
        console.send("\t")
        until("ug")
        console.send("('do' + 'ne')\r")
        until("done\r\n")
        console.send("fruit.a\t")
        until("apricot")  # In the menu of both; the first two letters stand in the line.
        console.send("\t\t")
        until("ricot")
        console.send("\r")
        until("Out[3]: 2")
        console.send("\x04")
        until("exit ([y]/n)?")
        console.send("y\r")
        console.expect(pexpect.EOF)
    finally:
        console.close(force=True)


def test_the_server_restarts_a_kernel_that_was_killed():
    import asyncio

    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

    async def scenario():
        manager = AsyncMappingKernelManager(root_dir=str(HOME))
        kernel_id = await manager.start_kernel(kernel_name="typelab", path="")
        kernel = manager.get_kernel(kernel_id)
        client = kernel.client()
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        first = kernel.provisioner.process.pid
        os.kill(first, signal.SIGKILL)
        for _ in range(600):
            await asyncio.sleep(0.1)
            process = kernel.provisioner.process
            if process and process.pid != first and process.poll() is None:
                break
        await client.wait_for_ready(timeout=60)
        reply = await client.execute_interactive("1 + 1", timeout=60, output_hook=lambda _: None)
        assert (reply["content"]["status"], reply["content"]["execution_count"]) == ("ok", 1)
        client.stop_channels()
        await manager.shutdown_kernel(kernel_id)

    asyncio.run(scenario())
