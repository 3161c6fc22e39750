"""Started at boot by systemd, which is told when everything is up."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from medianest.errors import SetupError
from medianest.systemd import ensure_reachable, unit
from tests.command_line.installation import Installation
from tests.embedded.clients import until

ANALYSE = shutil.which("systemd-analyze")


@pytest.mark.skipif(not ANALYSE, reason="no systemd here")
@pytest.mark.parametrize("for_user", [False, True], ids=["system", "user"])
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path, for_user: bool) -> None:
    path = tmp_path / "medianest.service"
    path.write_text(unit(for_user=for_user))
    scope = ["--user"] if for_user else []
    environment = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}
    answer = subprocess.run(
        [str(ANALYSE), *scope, "verify", "--man=no", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=False,
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


@pytest.mark.skipif(not ANALYSE, reason="no systemd here")
def test_the_unit_of_the_system_is_locked_down(tmp_path: Path) -> None:
    path = tmp_path / "medianest.service"
    path.write_text(unit(for_user=False))
    subprocess.run(
        [str(ANALYSE), "security", "--offline=true", "--threshold=25", str(path)],
        capture_output=True,
        timeout=60,
        check=True,
    )


def test_an_installation_in_a_home_folder_is_no_service_of_the_system() -> None:
    with pytest.raises(SetupError, match="UV_TOOL_DIR=/opt/medianest"):
        ensure_reachable(Path("/root/.local/share/uv/tools/medianest"))
    ensure_reachable(Path("/opt/medianest/medianest"))


async def test_systemd_is_told_when_everything_is_up_and_when_it_ends(
    installation: Installation, folder: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(folder / "notify"))
        systemd.settimeout(0)
        told: list[str] = []

        async def hear() -> bool:
            try:
                told.append(systemd.recv(100).decode())
            except BlockingIOError:
                return False
            return True

        await installation.run("youtube", NOTIFY_SOCKET=str(folder / "notify"))
        assert await until(hear)
        assert told == ["READY=1"]
        assert await installation.interrupt() == 0
        assert await until(hear)
        assert told == ["READY=1", "STOPPING=1"]
