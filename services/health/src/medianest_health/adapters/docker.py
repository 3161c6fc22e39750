"""What Docker, or Podman in its place, says of a container."""

import asyncio
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import DockerSpec
from medianest_common.errors import BadUpstream, Invalid
from medianest_common.http import (
    AddressPolicy,
    AddressRefused,
    GuardedTransport,
    Response,
    parse_url,
    read_beginning,
)
from medianest_health.adapters.ports import Ports
from medianest_health.adapters.probe import Finding, answer_within
from medianest_health.adapters.tls import whoever

_MOST_BYTES = 1024 * 1024
_GONE = {
    "created": "was made and never started",
    "paused": "is paused",
    "restarting": "keeps being restarted",
    "removing": "is being removed",
    "dead": "is dead",
}


class DockerProbe:
    """Reads only."""

    def __init__(self, spec: DockerSpec, *, name: str, seconds: float, ports: Ports) -> None:
        self._container = spec.container
        self._name = name
        self._seconds = answer_within(seconds)
        self._ports = ports
        self._socket = spec.host.removeprefix("unix://") if spec.host.startswith("unix://") else None
        base = "http://docker" if self._socket else spec.host.replace("tcp://", "http://", 1).rstrip("/")
        if self._socket is not None and not self._socket.startswith("/"):
            raise Invalid("The path of a socket begins with a slash: unix:///var/run/docker.sock.")
        if not self._socket:
            parse_url(base, policy=AddressPolicy.MONITOR)
        self._url = f"{base}/containers/{quote(spec.container, safe='')}/json"
        self._client = httpx.AsyncClient(
            transport=self._transport(),
            headers={"User-Agent": "MediaNest", "Accept": "application/json", "Connection": "close"},
            timeout=None,  # noqa: S113 - every call has one timeout for all of it
            trust_env=False,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def __call__(self) -> Finding:
        clock = self._ports.clock
        started = clock.monotonic()
        try:
            async with asyncio.timeout(self._seconds), self._client.stream("GET", self._url) as answer:
                body, _ = await read_beginning(
                    answer.aiter_raw(), headers=answer.headers, system="Docker", max_bytes=_MOST_BYTES
                )
        except (httpx.TransportError, AddressRefused, BadUpstream, OSError) as error:
            return await self._silent(error)
        latency = round((clock.monotonic() - started) * 1000, 2)
        response = Response("Docker", answer.status_code, answer.headers, body)
        if response.status in (401, 403):
            return Finding(MonitorState.AUTH, latency, "Docker does not let MediaNest look at containers.")
        if response.status == 404:
            return Finding(MonitorState.DOWN, latency, f"There is no container {self._container}.")
        try:
            outcome, message = _judge(response.json()["State"])
        except (BadUpstream, LookupError, TypeError, AttributeError):
            return Finding(MonitorState.DOWN, latency, "What answers does not look like Docker.")
        return Finding(outcome, latency, f"{self._name} {message}." if message else None)

    def _transport(self) -> httpx.AsyncHTTPTransport:
        if self._socket:
            # No certificates are shown there; to read those that would be trusted takes a while.
            return httpx.AsyncHTTPTransport(uds=self._socket, verify=whoever())
        return GuardedTransport(
            policy=AddressPolicy.MONITOR, tls=self._ports.authorities, connections=2, keepalive_expiry=0
        )

    async def _silent(self, error: Exception) -> Finding:
        """By its socket it is not the container that is missing, but our way to ask."""
        if isinstance(error, AddressRefused):
            return Finding(MonitorState.DOWN, message=error.detail)
        if self._socket:
            if _may_not(error):
                refused = "MediaNest may not use Docker's socket: give its user the group that owns it."
                return Finding(MonitorState.AUTH, message=refused)
            return Finding(MonitorState.UNKNOWN, message=f"Docker does not answer at {self._socket}.")
        if trouble := await self._ports.own_trouble(urlsplit(self._url).hostname or ""):
            return Finding(MonitorState.UNKNOWN, message=trouble)
        return Finding(MonitorState.DOWN, message="Docker does not answer.")


def _may_not(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, PermissionError):
        error = error.__cause__ or error.__context__
    return error is not None


def _judge(state: dict[str, Any]) -> tuple[MonitorState, str | None]:
    status = state["Status"].lower()
    if status in ("exited", "stopped"):
        code = state.get("ExitCode")
        killed = " for want of memory" if state.get("OOMKilled") is True else ""
        return MonitorState.DOWN, f"has ended{killed} with code {code}" if code is not None else "has ended"
    if status != "running":
        return MonitorState.DOWN, _GONE.get(status, "does not run")
    match ((state.get("Health") or {}).get("Status") or "none").lower():
        case "unhealthy":
            return MonitorState.DOWN, "says itself that it is not well"
        case "starting":
            return MonitorState.DEGRADED, "is starting"
        case _:
            return MonitorState.UP, None
