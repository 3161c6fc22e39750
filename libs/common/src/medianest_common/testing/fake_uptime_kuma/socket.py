"""Its socket.io side: who may ask what, what it pushes by itself, and what it does not hear."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import socketio

from medianest_common.clock import Clock
from medianest_common.testing.fake_uptime_kuma.household import Json, Monitored, recorded

READS = frozenset(
    {
        "login",
        "loginByToken",
        "logout",
        "getMonitorBeats",
        "getMonitorChartData",
        "getTags",
        "getStatusPage",
        "getMaintenance",
        "getMaintenanceList",
        "getMonitorMaintenance",
        "getMaintenanceStatusPage",
    }
)
_LOGINS_A_MINUTE = 20


class KumaSocket(socketio.AsyncServer):  # type: ignore[misc]
    """`asked` counts the commands that were heard, `lost` those sent before anybody listened to them."""

    def __init__(
        self, monitored: Monitored, *, clock: Clock, version: str, transports: list[str] | None
    ) -> None:
        super().__init__(async_mode="asgi", transports=transports)
        self.monitored = monitored
        self.version = version
        self.username = "kuma"
        self.password = "correct horse"
        self.code: str | None = None
        """Of the second factor, where the account has one. It lets in once."""
        self.dwells = 0.0
        """Seconds between what it pushes after a sign-in and its answer, from version 2 on."""
        self.auth_disabled = False
        self.set_up = True
        self.listens_after = 0.05
        """Seconds between the connection and the moment from which commands are heard."""
        self.deaf_to: Counter[str] = Counter()
        """So many commands of a name are not answered."""
        self.left_out: set[str] = set()
        """Pushed lists that this one does not know."""
        self.asked: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.writes: list[str] = []
        self._clock = clock
        self._used_code: str | None = None
        self._logins: deque[float] = deque()
        self._stopping = asyncio.Event()
        self._listening: set[str] = set()
        self._signed_in: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.on("connect", self._connected)
        self.on("disconnect", self._left)
        self._answers: dict[str, Callable[..., Any]] = {
            "login": self._login,
            "getMonitorMaintenance": self._monitor_maintenance,
            "getMonitorChartData": self._chart,
            "getMonitorBeats": lambda *_: recorded("getMonitorBeats_24h.json"),
            "getStatusPage": self._status_page,
        }

    @property
    def first_version(self) -> bool:
        return self.version.startswith("1.")

    async def aclose(self) -> None:
        self._stopping.set()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # Polls that are under way are answered, with nothing.
        for connection in list(self.eio.sockets.values()):
            connection.queue.put_nowait(None)
        await self.shutdown()

    async def _handle_event_internal(
        self, server: Any, sid: str, eio_sid: str, data: list[Any], namespace: str, id: int | None
    ) -> None:
        """One command: without the answer that python-socketio would give to what nobody listens to."""
        name = str(data[0])
        if name not in READS:
            self.writes.append(name)
        if sid not in self._listening:
            self.lost[name] += 1
            return
        self.asked[name] += 1
        if self.deaf_to[name] > 0:
            self.deaf_to[name] -= 1
            return
        if name not in self._answers or (name == "getMonitorChartData" and self.first_version):
            return
        if name != "login" and sid not in self._signed_in:
            reply: Json = {"ok": False, "msg": "You are not logged in."}
        else:
            reply = self._answers[name](sid, *data[1:])
        if name == "login" and reply.get("ok"):
            if self.first_version:
                self._start(self._push(sid))
            else:
                await self._push(sid)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.dwells):
                        await self._stopping.wait()
        if id is not None:
            ack = self.packet_class(3, namespace=namespace, id=id, data=[reply])
            await self._send_packet(eio_sid, ack)

    async def _connected(self, sid: str, _environ: Any, _auth: Any = None) -> None:
        self._start(self._welcome(sid))

    async def _left(self, sid: str, *_: Any) -> None:
        self._listening.discard(sid)
        self._signed_in.discard(sid)

    async def _welcome(self, sid: str) -> None:
        await self.emit("info", recorded("socketio_info.json")[0], to=sid)
        if not self.set_up:
            await self.emit("setup", to=sid)
        await asyncio.sleep(self.listens_after)
        self._listening.add(sid)
        if self.auth_disabled:
            self._signed_in.add(sid)
            await self._push(sid)
            await self.emit("autoLogin", to=sid)
        elif not self.first_version:
            await self.emit("loginRequired", to=sid)

    def _login(self, sid: str, given: Any = None) -> Json:
        replies = recorded("login_replies.json")
        now = self._clock.monotonic()
        while self._logins and self._logins[0] < now - 60:
            self._logins.popleft()
        if len(self._logins) >= _LOGINS_A_MINUTE:
            return {"ok": False, "msg": "Too frequently, try again later."}
        self._logins.append(now)
        if (
            not isinstance(given, dict)
            or given.get("username") != self.username
            or given.get("password") != self.password
        ):
            return dict(replies["wrong_password"])
        if self.code is not None and not given.get("token"):
            return dict(replies["two_factor"])
        if self.code is not None and (given["token"] != self.code or given["token"] == self._used_code):
            return dict(replies["bad_token"])
        self._used_code = self.code
        self._signed_in.add(sid)
        return dict(replies["ok"])

    def _monitor_maintenance(self, _sid: str, number: int) -> Json:
        monitors = self.monitored.maintained.get(number, [])
        return {"ok": True, "monitors": [{"id": each} for each in monitors]}

    def _chart(self, _sid: str, monitor: int, hours: int) -> Json:
        """Days of what is more than 30 of them, newest first."""
        if hours <= 720:
            return dict(recorded("getMonitorChartData_24h.json"))
        today = int(self._clock.now().timestamp()) // 86_400 * 86_400
        figures = {"avgPing": 4.5, "minPing": 3, "maxPing": 8}
        return {
            "ok": True,
            "data": [
                {"up": up, "down": down, **figures, "timestamp": today - 86_400 * ago}
                for ago, (up, down) in enumerate(self.monitored.past.get(monitor, []))
            ],
        }

    def _status_page(self, _sid: str, slug: str) -> Json:
        page = self.monitored.status_pages.get(slug)
        return {"ok": True, "config": page["config"]} if page else {"ok": False, "msg": "No slug?"}

    async def _push(self, sid: str) -> None:
        """In the recorded order."""
        info = recorded("socketio_info.json")[1] | {"version": self.version}
        figures = recorded("socketio_avgPing_uptime.json")
        lists: dict[str, Any] = {
            "monitorList": self.monitored.as_told_by(first_version=self.first_version),
            "monitorTypeList": {},
            "info": info,
            "maintenanceList": self.monitored.maintenances,
            "notificationList": recorded("socketio_notificationList.json"),
            "proxyList": [],
            "dockerHostList": self.monitored.docker_hosts,
            "apiKeyList": [],
            "remoteBrowserList": [],
            "statusPageList": {
                str(number): {"id": number, "slug": slug} | page["config"]
                for number, (slug, page) in enumerate(self.monitored.status_pages.items(), start=1)
            },
        }
        told: list[tuple[str, Any]] = [each for each in lists.items() if each[0] not in self.left_out]
        told += [("avgPing", (monitor, ping)) for monitor, ping in figures["avgPing"]]
        told += [("uptime", (monitor, window, share)) for monitor, window, share in figures["uptime"]]
        beats = recorded("socketio_heartbeatList.json")
        told += [("heartbeatList", (each["monitorID"], each["beats"], True)) for each in beats]
        told.append(("initServerTimezone", None))
        # All at once, as Node does: who polls gets them in one answer.
        await asyncio.gather(*(self.emit(name, value, to=sid) for name, value in told))

    def _start(self, coroutine: Any) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
