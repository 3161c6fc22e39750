"""Its socket.io interface. What it pushes by itself is kept where it is wanted, and forgotten otherwise: among it are
the keys of every channel that it notifies through."""

import asyncio
from collections.abc import AsyncIterator, Callable
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
_LATER = frozenset({"maintenanceList", "dockerHostList", "statusPageList"})
_DOORS = ("loginRequired", "autoLogin", "setup")

_CONNECT_SECONDS = 5.0
_DOOR_SECONDS = 3.0
"""1.x says nothing when it is ready to be signed in to."""
_SIGN_IN_SECONDS = 10.0
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
        await self._until(lambda: not self.pushed.keys().isdisjoint(_DOORS), seconds=_DOOR_SECONDS)
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
        # Version 2 answers only after it has pushed everything, which may take it long.
        reply = await self._reply("login", given, seconds=_SIGN_IN_SECONDS, instead="monitorList")
        if reply is not None:
            _judge(reply, code_sent=bool(code))

    async def lists(self) -> dict[str, Any]:
        """What it pushes once one is in. Raises `TimedOut` without its monitors; the other lists may be missing."""
        if not await self._until(lambda: "monitorList" in self.pushed, seconds=_LIST_SECONDS):
            raise TimedOut(f"{SYSTEM} does not send its monitors.", upstream=SYSTEM)
        await self._until(lambda: self.pushed.keys() >= _LATER, seconds=_LATER_SECONDS)
        return {name: self.pushed[name] for name in WANTED if name in self.pushed}

    async def ask(self, command: str, *arguments: Any) -> dict[str, Any]:
        reply = await self._reply(command, *arguments, seconds=_CALL_SECONDS)
        return reply or {}

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

    async def _reply(
        self, command: str, *arguments: Any, seconds: float, instead: str | None = None
    ) -> dict[str, Any] | None:
        """Asked once more where nothing comes back. None where `instead` was pushed before it answered."""
        replies: list[Any] = []

        def replied(*values: Any) -> None:
            replies.extend(values[:1])
            self._news.set()

        for _ in range(2):
            try:
                await self._client.emit(command, arguments, callback=replied)
            except socketio.exceptions.SocketIOError:
                break
            if await self._until(lambda: bool(replies) or instead in self.pushed, seconds=seconds):
                return _understood(replies[0]) if replies else None
        raise TimedOut(f"{SYSTEM} does not answer.", upstream=SYSTEM)

    async def _until(self, holds: Callable[[], bool], *, seconds: float) -> bool:
        """Whether it does within that time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not holds():
                    if self._gone:
                        raise Unavailable(f"{SYSTEM} broke off the connection.", upstream=SYSTEM)
                    self._news.clear()
                    await self._news.wait()
        return holds()


def _understood(reply: Any) -> dict[str, Any]:
    if not isinstance(reply, dict):
        raise BadUpstream(f"{SYSTEM} answered in a form that is not understood.", upstream=SYSTEM)
    return reply


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
            "The code of the second factor is wrong, too old, or was used already, since each lets in once."
            " Send the next one.",
            upstream=SYSTEM,
        )
    raise KumaSignInRefused("User name or password is wrong there.", upstream=SYSTEM)
