"""`medianest run NAME` as a supervised process, with an address of its own for health and metrics."""

import json
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from medianest.embedded.data_folder import Kept
from medianest.installation import shared_settings
from medianest_common.settings import PREFIX, Settings


class ServiceProcess:
    """It says that it is up by making a file. Another, `NAME.targets.json`, tells Prometheus where to ask it."""

    mode = "as_is"
    stop_signal = signal.SIGTERM

    def __init__(self, name: str, *, settings: Settings, folder: Path, kept: Kept) -> None:
        self.name = name
        self._settings = settings
        self._kept = kept
        self._ready = folder / f"{name}.ready"
        self._targets = folder / f"{name}.targets.json"
        self.mark = f"--ready-file {self._ready}"
        self.environment = {
            f"{PREFIX}{setting.upper()}": "" if value is None else str(value)
            for setting, value in shared_settings(settings).items()
        }

    async def prepare(self) -> None:
        self._ready.unlink(missing_ok=True)
        port = self._settings.port if self.name == "gateway" else self._kept.port(self.name)
        self.environment[f"{PREFIX}OPS_PORT"] = str(port)
        target = {"targets": [f"{self._settings.host}:{port}"], "labels": {"service": self.name}}
        self._targets.write_text(json.dumps([target]))

    def find_port(self) -> None:
        """Services are found over the bus."""

    def command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "medianest", "run", self.name),
            *("--no-migrate", "--ready-file", str(self._ready)),
        ]

    async def is_ready(self, pid: int) -> bool:
        return self._ready.exists()


def service_processes(names: Iterable[str], *, settings: Settings, folder: Path) -> dict[str, ServiceProcess]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = Kept(folder)
    return {name: ServiceProcess(name, settings=settings, folder=folder, kept=kept) for name in names}
