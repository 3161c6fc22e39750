"""A real browser without a window, driven over the DevTools protocol."""

import asyncio
import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_START_SECONDS = 60.0
_CALL_SECONDS = 60.0
_OPTIONS = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    # Tests run as root in containers, where there are no user namespaces to make a sandbox of.
    "--no-sandbox",
)


class Tab:
    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.said: list[str] = []
        """What the page wrote to its console."""

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        async with asyncio.timeout(_CALL_SECONDS):
            result: dict[str, Any] = await answer
        return result

    async def run(self, script: str) -> Any:
        """The value of an expression, or of the promise that it is. Raises what it throws as AssertionError."""
        answer = await self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, replMode=False
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def open(self, url: str) -> None:
        await self.call("Page.navigate", url=url)
        async with asyncio.timeout(_CALL_SECONDS):
            while not await self._has_opened(url):
                await asyncio.sleep(0.05)

    async def _has_opened(self, url: str) -> bool:
        """Between two pages there is nobody to ask."""
        script = "[document.readyState, location.href].join(' ')"
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        found: bool = answer.get("result", {}).get("value") == f"complete {url}"
        return found

    async def listen(self) -> None:
        async for message in self._socket:
            heard = json.loads(message)
            waiting = self._waiting.pop(heard.get("id", 0), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(heard.get("result") or {"error": heard.get("error")})
            if heard.get("method") == "Runtime.consoleAPICalled":
                self.said.append(" ".join(str(a.get("value")) for a in heard["params"]["args"]))


@asynccontextmanager
async def browser() -> AsyncIterator[Tab]:
    """Its only tab. Skips where there is no Chromium."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("needs Chromium")
    with tempfile.TemporaryDirectory(prefix="medianest-browser-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            *(program, *_OPTIONS, f"--user-data-dir={profile}", "about:blank"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            port = await _port(Path(profile) / "DevToolsActivePort", process)
            async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
                address = await _page(client, port)
            async with connect(address, proxy=None, max_size=2**24) as socket:
                tab = Tab(socket)
                listening = asyncio.create_task(tab.listen())
                try:
                    for domain in ("Page", "Runtime", "Network"):
                        await tab.call(f"{domain}.enable")
                    yield tab
                finally:
                    listening.cancel()
                    await asyncio.gather(listening, return_exceptions=True)
        finally:
            process.kill()
            await process.wait()


async def _page(client: httpx.AsyncClient, port: int) -> str:
    async with asyncio.timeout(_START_SECONDS):
        while True:
            targets = (await client.get(f"http://127.0.0.1:{port}/json/list")).json()
            for target in targets:
                if target["type"] == "page":
                    return str(target["webSocketDebuggerUrl"])
            await asyncio.sleep(0.05)


async def _port(file: Path, process: asyncio.subprocess.Process) -> int:
    deadline = asyncio.get_running_loop().time() + _START_SECONDS
    while True:
        lines = file.read_text().splitlines() if file.exists() else []
        if len(lines) == 2:
            return int(lines[0])
        assert process.returncode is None, "the browser has ended by itself"
        assert asyncio.get_running_loop().time() < deadline, "the browser does not start"
        await asyncio.sleep(0.05)
