"""qBittorrent: is it there, does it let us in, and does it reach anybody.

It locks out whoever gives a wrong password too often, so one that it has refused is not given again. How it answers
has changed with its versions: up to 5.1 a sign-in is answered `Ok.` or `Fails.` with 200 and the cookie is `SID`;
from 5.2 on it is 204 or 401, and the name of the cookie ends with a port that need not be the one we know.
"""

import asyncio
from typing import Any

from medianest_common.clock import Clock
from medianest_common.contracts.health import MonitorState
from medianest_common.errors import MediaNestError
from medianest_common.http import Response, UpstreamRefused
from medianest_health.adapters.complaints import Complaints
from medianest_health.adapters.http_system import HttpSystem, unusable
from medianest_health.adapters.probe import Finding
from medianest_health.adapters.refusals import Refusals

_VERSION = "/api/v2/app/version"
_REST_SECONDS = 3600.0
"""How long nothing is tried after a sign-in that was not the password's fault; a lock-out takes as long."""


class QbittorrentProbe:
    def __init__(
        self,
        system: HttpSystem,
        *,
        username: str,
        password: str,
        api_key: str,
        names: tuple[str, str],
        required: bool,
        seconds: float,
        clock: Clock,
        refusals: Refusals,
        afresh: bool = False,
    ) -> None:
        """`names` is what the password and the API key are called. `afresh` tries once what was refused before."""
        self._system = system
        self._username = username
        self._password = password
        self._api_key = api_key
        self._password_name, self._key_name = names
        self._required = required
        self._seconds = seconds
        self._clock = clock
        self._refusals = refusals
        self._afresh = afresh
        self._fingerprint = refusals.fingerprint("qbittorrent", system.origin, username, password)
        self._cookie = ""
        self._resting_until = float("-inf")
        self._resting_for = ""
        self._complaints = Complaints(clock=clock, seconds=seconds, ask=self._ask)

    async def __call__(self) -> Finding:
        started = self._clock.monotonic()
        wrong = unusable([self._api_key], key=self._key_name) if self._api_key else None
        if wrong:
            return Finding(MonitorState.AUTH, message=wrong)
        try:
            answer: Response = await self._get(_VERSION)
        except UpstreamRefused as refused:
            answer = refused.response
        except MediaNestError as error:
            return await self._system.failed(error)
        latency = round((self._clock.monotonic() - started) * 1000, 2)
        try:
            async with asyncio.timeout(self._seconds * 0.5):
                return await self._judge(answer, Finding(MonitorState.UP, latency))
        except TimeoutError:
            slow = f"{self._system.name} is there, and too slow to be asked more."
            return Finding(MonitorState.DEGRADED, latency, slow)

    async def _judge(self, answer: Response, alive: Finding) -> Finding:
        latency = alive.latency_ms
        if answer.status == 403 and not self._api_key:
            if not (self._password or self._required):
                return alive
            signed_in = await self._sign_in(latency)
            return await self._complaints(alive) if signed_in is None else signed_in
        if answer.status in (401, 403):
            if self._api_key:
                return self._system.not_accepted(self._key_name, latency)
            return self._auth(
                latency, "does not answer by this host name; look at its host header validation"
            )
        if answer.status >= 400:
            return await self._system.failed(UpstreamRefused(answer, upstream=self._system.name))
        if answer.content_type == "text/html":
            return self._auth(
                latency, "answers with a web page: a login page in front of it, or a wrong address"
            )
        if not _is_version(answer):
            return self._system.strange(latency)
        return await self._complaints(alive)

    async def _sign_in(self, latency: float | None) -> Finding | None:
        """None once we are in."""
        if not self._password:
            return Finding(MonitorState.AUTH, latency, unusable([""], key=self._password_name))
        if self._clock.monotonic() < self._resting_until:
            return self._auth(latency, self._resting_for)
        async with self._refusals.one_at_a_time[self._fingerprint]:
            if await self._refusals.knows(self._fingerprint) and not self._afresh:
                return self._refused(latency)
            self._afresh = False
            try:
                return await self._try(latency)
            except MediaNestError as error:
                return Finding(MonitorState.DEGRADED, latency, error.detail or error.title)

    async def _try(self, latency: float | None) -> Finding | None:
        self._cookie = ""
        form = {"username": self._username, "password": self._password}
        try:
            answer = await self._system.send("POST", "/api/v2/auth/login", form=form, headers=self._headers())
        except UpstreamRefused as refused:
            answer = refused.response
        said = answer.text.strip()
        if answer.status == 401 or said == "Fails.":
            await self._refusals.remember(self._fingerprint)
            return self._refused(latency)
        if answer.status == 403:
            return self._rest(latency, "has locked us out after too many wrong passwords, whosever they were")
        if answer.status >= 400 or said not in ("", "Ok."):
            return self._system.strange(latency)
        await self._refusals.forget(self._fingerprint)
        cookies = [each.partition(";")[0].strip() for each in answer.headers.get_list("set-cookie")]
        self._cookie = "; ".join(cookies)
        try:
            await self._get(_VERSION)
        except UpstreamRefused:
            return self._rest(
                latency, "signs us in and forgets it at once; something in between drops its cookie"
            )
        return None

    async def _ask(self) -> list[str]:
        try:
            transfer = (await self._get("/api/v2/transfer/info")).json()
            failing = (await self._get("/api/v2/torrents/info?filter=errored&limit=50")).json()
        except MediaNestError:
            return ["it does not say how its transfers are"]
        return [*_unconnected(transfer), *_errors(failing)]

    async def _get(self, path: str) -> Response:
        return await self._system.send("GET", path, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        headers = {"Referer": self._system.origin, "Origin": self._system.origin}
        if self._api_key:
            headers["Authorization"] = f"Bearer {self._api_key}"
        elif self._cookie:
            headers["Cookie"] = self._cookie
        return headers

    def _refused(self, latency: float | None) -> Finding:
        words = f"does not accept {self._password_name}. It is not tried again until it is another"
        return self._auth(latency, words)

    def _rest(self, latency: float | None, why: str) -> Finding:
        self._resting_until, self._resting_for = self._clock.monotonic() + _REST_SECONDS, why
        return self._auth(latency, why)

    def _auth(self, latency: float | None, words: str) -> Finding:
        return Finding(MonitorState.AUTH, latency, f"{self._system.name} {words}.")


def _is_version(answer: Response) -> bool:
    said = answer.text.strip()
    return len(said) < 40 and said[:1] == "v" and said[1:2].isdigit()


def _unconnected(transfer: Any) -> list[str]:
    status = transfer.get("connection_status") if isinstance(transfer, dict) else None
    return ["it has no connection to the Internet"] if status == "disconnected" else []


def _errors(failing: Any) -> list[str]:
    number = len(failing) if isinstance(failing, list) else 0
    if not number:
        return []
    return ["a torrent has an error" if number == 1 else f"{number} torrents have errors"]
