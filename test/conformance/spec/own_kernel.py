"""Our kernel in a Jupyter home of its own, for the Python tests: nothing of the user's is read or touched."""
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).parents[3]


def install() -> pathlib.Path:
    """Call it before jupyter_client is imported, which reads the environment. The caller removes the folder."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="typelab-conformance-"))
    script = (
        "import { installKernelspec } from './kernel/kernelspec.ts';"
        f"await installKernelspec({{ prefix: '{home}' }})"
    )
    subprocess.run([ROOT / "node_modules/.bin/node", "--input-type=module", "-e", script], cwd=ROOT, check=True)
    os.environ.update(
        JUPYTER_PATH=f"{home}/share/jupyter",
        JUPYTER_DATA_DIR=f"{home}/data",
        JUPYTER_RUNTIME_DIR=f"{home}/runtime",
        JUPYTER_CONFIG_DIR=f"{home}/config",
        IPYTHONDIR=f"{home}/ipython",
    )
    return home
