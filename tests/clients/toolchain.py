"""Node and the compiled client, where this machine has what it takes."""

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "clients" / "typescript"
_INSTALL_SECONDS = 90
_COMPILE_SECONDS = 110


def compiled_client() -> Path:
    """The folder of the client, compiled anew. Skips where there is no node, or its compiler cannot be fetched."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs node and npm")
    # Several runs of tests share the folder.
    with (FOLDER / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install()
        _compile()
    return FOLDER


def _install() -> None:
    wanted = (FOLDER / "package-lock.json").read_text()
    mark = FOLDER / "node_modules" / ".installed"
    if mark.exists() and mark.read_text() == wanted:
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        installed = subprocess.run(command, cwd=FOLDER, capture_output=True, timeout=_INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip("npm does not get the TypeScript compiler: no answer")
    if installed.returncode:
        pytest.skip(f"npm does not get the TypeScript compiler: {installed.stderr.decode()[-300:]}")
    mark.write_text(wanted)


def _compile() -> None:
    sources = [*(FOLDER / "src").glob("*.ts"), FOLDER / "tsconfig.json"]
    newest = max(path.stat().st_mtime for path in sources)
    mark = FOLDER / "dist" / ".compiled"
    if mark.exists() and mark.stat().st_mtime >= newest:
        return
    command = ["node", "node_modules/typescript/bin/tsc", "-p", "tsconfig.json"]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=_COMPILE_SECONDS)
    assert done.returncode == 0, done.stdout
    mark.touch()
