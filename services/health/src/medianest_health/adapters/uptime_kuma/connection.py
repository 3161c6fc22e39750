"""Its socket.io interface. What it pushes by itself is kept where it is wanted, and forgotten otherwise: among it are
the keys of every channel that it notifies through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import engineio.base_client
import engineio.payload
import socketio
from pydantic import SecretStr

from medianest_common.errors import BadUpstream, MediaNestError, TimedOut, Unavailable
from medianest_health.adapters.uptime_kuma.address import POLICY, KumaAddress
from medianest_health.adapters.uptime_kuma.errors import (
    SYSTEM,
    KumaBusy,
    KumaCodeRequired,
    KumaNotSetUp,
    KumaSignInRefused,
)
from medianest_health.adapters.uptime_kuma.guarded import MOST_BYTES, close, guarded_session

WANTED = ("info", "monitorList", "maintenanceList", "dockerHostList", "statusPageList")
_LATER = ("maintenanceList", "dockerHostList", "statusPageList")
_DOORS = ("loginRequired", "autoLogin", "setup")

_CONNECT_SECONDS = 5.0
_DOOR_SECONDS = 3.0
"""1.x says nothing when it is ready to be signed in to."""
_CALL_SECONDS = 4.0
_LIST_SECONDS = 10.0
_LATER_SECONDS = 3.0
"""The oldest ones know some of these lists not at all."""
_CLOSE_SECONDS = 1.0

# Whoever is polled answers with everything at once, and python-engineio takes 16 packets for an attack.
engineio.payload.Payload.max_decode_packets = 10_000


class KumaConnection:
    def __init__(self, address: KumaAddress) -> None:
        self.pushed: dict[str, Any] = {}
        self._address = address
        self._gone = False
        self._news = asyncio.Event()
        self._http = guarded_session(policy=POLICY, seconds=_CONNECT_SECONDS)
        self._client = socketio.AsyncClient(
            handle_sigint=False,
            reconnection=False,
            request_timeout=_CONNECT_SECONDS,
            http_session=self._http,
            websocket_extra_options={"max_msg_size": MOST_BYTES},
        )
        for name in WANTED + _DOORS:
            self._client.on(name, partial(self._keep, name))
        self._client.on("disconnect", self._left)

    @classmethod
    @asynccontextmanager
    async def open(cls, address: KumaAddress) -> AsyncIterator["KumaConnection"]:
        """By polling first and then, where what lies between lets it through, by WebSocket. Once more without that if
        it came to nothing."""
        connection = await cls._connected(address, ["polling", "websocket"])
        if connection is None:
            connection = await cls._connected(address, ["polling"])
        if connection is None:
            raise Unavailable(f"{SYSTEM} breaks off the connection.", upstream=SYSTEM)
        try:
            yield connection
        finally:
            await connection.aclose()

    async def sign_in(self, username: str, password: SecretStr | None, code: SecretStr | None) -> None:
        """Not before it listens: what is sent earlier is lost without a word."""
        await self._until(_DOORS, seconds=_DOOR_SECONDS)
        if "setup" in self.pushed:
            raise KumaNotSetUp("Nobody has made an account there yet, so there is nothing to take over.")
        if "autoLogin" in self.pushed:
            return
        if not username or password is None:
            raise KumaSignInRefused("Send the user name and password of an account there.", upstream=SYSTEM)
        given = {
            "username": username,
            "password": password.get_secret_value(),
            "token": code.get_secret_value() if code else "",
        }
        _judge(await self.ask("login", given), code_sent=bool(code))

    async def lists(self) -> dict[str, Any]:
        """What it pushes once one is in. Raises `TimedOut` without its monitors; the other lists may be missing."""
        if not await self._until(("monitorList",), seconds=_LIST_SECONDS):
            raise TimedOut(f"{SYSTEM} does not send its monitors.", upstream=SYSTEM)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LATER_SECONDS):
                for name in _LATER:
                    await self._until((name,), seconds=_LATER_SECONDS)
        return {name: self.pushed[name] for name in WANTED if name in self.pushed}

    async def ask(self, command: str, *arguments: Any) -> dict[str, Any]:
        """Once more where nothing comes back."""
        for _ in range(2):
            if self._gone:
                break
            try:
                answer = await self._client.call(command, arguments, timeout=_CALL_SECONDS)
            except socketio.exceptions.TimeoutError:
                continue
            except socketio.exceptions.SocketIOError:
                break
            if not isinstance(answer, dict):
                raise BadUpstream(f"{SYSTEM} answered in a form that is not understood.", upstream=SYSTEM)
            return answer
        if self._gone:
            raise Unavailable(f"{SYSTEM} broke off the connection.", upstream=SYSTEM)
        raise TimedOut(f"{SYSTEM} does not answer.", upstream=SYSTEM)

    async def aclose(self) -> None:
        engine = self._client.eio
        tasks = [task for task in (engine.read_loop_task, engine.write_loop_task) if task is not None]
        # A poll that is under way would be waited for until it is answered.
        with suppress(Exception):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._client.disconnect()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if engine in engineio.base_client.connected_clients:
            engineio.base_client.connected_clients.remove(engine)
        with suppress(Exception):
            await close(self._http, seconds=_CLOSE_SECONDS)

    @classmethod
    async def _connected(cls, address: KumaAddress, transports: list[str]) -> "KumaConnection | None":
        connection = cls(address)
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await connection._client.connect(
                    address.origin,
                    transports=transports,
                    socketio_path=f"{address.path}/socket.io",
                    wait_timeout=_CONNECT_SECONDS,
                )
        except MediaNestError:
            await connection.aclose()
            raise
        except BaseException as error:
            await connection.aclose()
            if isinstance(error, Exception):
                return None
            raise
        return connection

    def _keep(self, name: str, value: Any = None, *_: Any) -> None:
        # The first `info` is what it tells strangers.
        if name != "info" or (isinstance(value, dict) and "version" in value):
            self.pushed[name] = value
        self._news.set()

    def _left(self, *_: Any) -> None:
        self._gone = True
        self._news.set()

    async def _until(self, names: tuple[str, ...], *, seconds: float) -> bool:
        """Whether any of these has come within that time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not any(name in self.pushed for name in names):
                    if self._gone:
                        raise Unavailable(f"{SYSTEM} broke off the connection.", upstream=SYSTEM)
                    self._news.clear()
                    await self._news.wait()
        return any(name in self.pushed for name in names)


def _judge(reply: dict[str, Any], *, code_sent: bool) -> None:
    if reply.get("tokenRequired"):
        raise KumaCodeRequired
    if reply.get("ok") is True:
        return
    said = reply.get("msg")
    words = said.lower() if isinstance(said, str) else ""
    if "frequent" in words or "too many" in words:
        raise KumaBusy(
            f"{SYSTEM} takes twenty sign-ins a minute. Try again in a minute.",
            upstream=SYSTEM,
            retry_after=60,
        )
    if code_sent and "token" in words:
        raise KumaSignInRefused(
            "The code of the second factor is wrong or too old. Send the present one.", upstream=SYSTEM
        )
    raise KumaSignInRefused("User name or password is wrong there.", upstream=SYSTEM)
