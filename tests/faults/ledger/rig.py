"""The whole product, each service in a process of its own, behind networks that can be broken and on a disk that can be
filled."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from sqlalchemy.engine import make_url

from medianest.embedded import EmbeddedServers, in_background
from medianest.installation import without_user
from medianest_common.testing.fake_channels import FakeNtfy
from medianest_common.testing.fake_youtube import FakeYoutube
from medianest_common.testing.fault_proxy import FaultProxy
from tests.faults.ledger.strikes import EVERYTHING, SERVERS, SERVICES, Means, Strike
from tests.faults.ledger.supply import RADARR_SECRET
from tests.world import World, world

_PATIENCE = 240.0
_DISK = "900m"
_STARTS = 5
"""As often as systemd would try."""


@dataclass
class Rig:
    servers: EmbeddedServers
    proxies: dict[str, FaultProxy]
    house: World
    ntfy: FakeNtfy
    youtube: FakeYoutube
    videos: Path
    disk: Path
    took: list[tuple[Strike, float]] = field(default_factory=list)
    """How long each strike took to be got over, from its end to where the portal says that all is well."""

    async def strike(self, strike: Strike) -> None:
        print(f"  {strike}", flush=True)
        match strike.means:
            case Means.KILL:
                await self._kill(strike.victim)
            case Means.STOP:
                await self._stop(strike)
            case Means.FULL_DISK:
                await self._fill(strike)
            case _:
                await self._break(strike)
        if strike.patient:
            self.took.append((strike, await self.well()))

    async def well(self) -> float:
        """Waits until the portal says so; the seconds it took."""
        began = asyncio.get_running_loop().time()
        await self.house.product.ready(within=_PATIENCE)
        return asyncio.get_running_loop().time() - began

    async def _kill(self, victim: str) -> None:
        if victim == EVERYTHING:
            await self.house.product.kill()
            for name in SERVERS:
                self.servers.kill(name)
            await self._start()
        elif victim in SERVERS:
            with suppress(ProcessLookupError):
                self.servers.kill(victim)
        else:
            with suppress(psutil.NoSuchProcess):
                (await self._service(victim)).kill()

    async def _start(self) -> None:
        for _ in range(_STARTS):
            try:
                await self.house.product.start()
            except AssertionError as error:
                print(f"  a start failed: {str(error)[-300:]}", flush=True)
                continue
            return
        raise AssertionError("it does not start any more")

    async def _stop(self, strike: Strike) -> None:
        processes = await self._processes(strike.victim)
        _signal_all(processes, signal.SIGSTOP)
        try:
            await asyncio.sleep(strike.lasts)
        finally:
            _signal_all(reversed(processes), signal.SIGCONT)

    async def _processes(self, victim: str) -> list[psutil.Process]:
        """Parents before their children, so that nobody sees a child stop and thinks of mending it."""
        if victim == EVERYTHING:
            process = self.house.product.process
            assert process
            return _family(process.pid)
        if victim in SERVERS:
            return _family(self.servers.pid(victim))
        return _family((await self._service(victim)).pid)

    async def _service(self, name: str) -> psutil.Process:
        """Once it runs again, where it has just been killed."""
        assert name in SERVICES
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        while True:
            with suppress(LookupError, psutil.Error):
                return self.house.product.service(name)
            assert asyncio.get_running_loop().time() < deadline, f"{name} was not started again"
            await asyncio.sleep(0.1)

    async def _break(self, strike: Strike) -> None:
        proxy = self.proxies[strike.victim]
        match strike.means:
            case Means.CUT:
                proxy.cut()
            case Means.REFUSE:
                proxy.refuse()
            case Means.BLACK_HOLE:
                proxy.black_hole()
            case _:
                proxy.delay(0.2)
        await asyncio.sleep(strike.lasts)
        await proxy.heal()

    async def _fill(self, strike: Strike) -> None:
        ballast = self.disk / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1 << 20))
        with ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(512))
        try:
            await asyncio.sleep(strike.lasts)
        finally:
            ballast.unlink()


@asynccontextmanager
async def rig(folder: Path, youtube: FakeYoutube, *, fills_disks: bool) -> AsyncIterator[Rig]:
    disk, videos = folder / "disk", folder / "videos"
    async with AsyncExitStack() as stack:
        if fills_disks:
            stack.enter_context(_small_disk(disk))
        servers = stack.enter_context(in_background(EmbeddedServers(disk / "data")))
        urls = servers.urls
        database = make_url(urls.database_url)
        targets = {
            "nats": urlsplit(urls.nats_url).port,
            "postgres": database.port,
            "valkey": urlsplit(urls.valkey_url).port,
        }
        proxies = {}
        for name, port in targets.items():
            assert port
            proxies[name] = await stack.enter_async_context(FaultProxy.start("127.0.0.1", port))
        through = {name: f":{proxies[name].port}" for name in targets}
        ntfy = await stack.enter_async_context(FakeNtfy.start())
        settings = {
            "nats_url": without_user(urls.nats_url).replace(f":{targets['nats']}", through["nats"]),
            "nats_seeds_dir": str(urls.nats_seeds_dir),
            "database_url": database.set(port=proxies["postgres"].port).render_as_string(hide_password=False),
            "valkey_url": urls.valkey_url.replace(f":{targets['valkey']}", through["valkey"]),
            "media_poll_seconds": "2",
            "notify_allowed_hosts": urlsplit(ntfy.url).netloc,
            "notify_lease_seconds": "6",
            "radarr_webhook_secret": RADARR_SECRET,
            "youtube_dir": str(videos),
            "youtube_proxy": youtube.proxy_url,
            "youtube_ca_file": str(youtube.ca_file),
            "youtube_disk_reserve": "0",
            "youtube_downloads_per_hour": "0",
            "youtube_downloads_per_day": "0",
            "youtube_pause_seconds": "0",
            "youtube_lease_seconds": "10",
        }
        house = await stack.enter_async_context(
            world(folder / "data", started=False, processes=True, **settings)
        )
        await house.product.start()
        yield Rig(servers, proxies, house, ntfy, youtube, videos, disk)


def may_mount() -> bool:
    return os.geteuid() == 0 and shutil.which("mount") is not None and _can_mount()


def _can_mount() -> bool:
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=20).returncode == 0
    except OSError:
        return False


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={_DISK},mode=755", "tmpfs"]
    subprocess.run(["mount", *options, str(folder)], check=True, timeout=20)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=20)


def _family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    return []


def _signal_all(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(number)
