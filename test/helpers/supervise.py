"""
Runs a program; when this one's own stdin ends, also because the test that held the other end was killed, the program is
ended together with whatever it has started: Jupyter gives each kernel a session of its own, which no group signal reaches.
"""
import ctypes
import os
import pathlib
import signal
import subprocess
import sys
import threading

PATIENCE = 10
SET_CHILD_SUBREAPER = 36


def main():
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1)  # The program's orphans become ours.
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=end_with_stdin, args=(child,), daemon=True).start()
    code = child.wait()
    kill_orphans()
    os._exit(code if code >= 0 else 128 - code)  # The thread may still read.


def end_with_stdin(child):
    sys.stdin.buffer.read()
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()


def kill_orphans():
    """Killing one makes its own children ours, so until there are none. Elsewhere than on Linux a kernel sees for itself that it is alone."""
    while orphans := children():
        for pid in orphans:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def children():
    lists = pathlib.Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return [int(pid) for one in lists for pid in one.read_text().split()]


main()
