"""Overseerr or Seerr: is it there, does it take our key, and is it ready to be used."""

import asyncio
from typing import Any

from medianest_common.clock import Clock
from medianest_common.contracts.health import MonitorState
from medianest_common.errors import MediaNestError
from medianest_common.http import Response
from medianest_health.adapters.complaints import Complaints
from medianest_health.adapters.http_system import HttpSystem
from medianest_health.adapters.probe import Finding

_STATUS = "/api/v1/status"
_PUBLIC = "/api/v1/settings/public"


class OverseerrProbe:
    """Its status asks GitHub for newer versions, and without the Internet may take its time over that. Its public
    settings are there at once."""

    def __init__(
        self, system: HttpSystem, *, api_key: str, key: str, required: bool, seconds: float, clock: Clock
    ) -> None:
        self._system = system
        self._api_key = api_key
        self._key = key
        self._required = required
        self._complaints = Complaints(clock=clock, seconds=seconds, ask=self._ask)

    async def __call__(self) -> Finding:
        alive = await self._system.alive(_PUBLIC, recognise=_is_public)
        if alive.outcome is not MonitorState.UP:
            return alive
        if self._api_key or self._required:
            headers = {"X-Api-Key": self._api_key}
            alive = await self._system.with_key(alive, "/api/v1/auth/me", headers=headers, key=self._key)
        return await self._complaints(alive)

    async def _ask(self) -> list[str]:
        public, status = await asyncio.gather(self._get(_PUBLIC), self._get(_STATUS))
        said = []
        if public.get("initialized") is False:
            said.append("it has not been set up yet")
        if status.get("restartRequired") is True:
            said.append("it has to be restarted for its settings to count")
        return said

    async def _get(self, path: str) -> dict[str, Any]:
        try:
            found = await self._system.ask(path)
        except MediaNestError:
            return {}
        return found if isinstance(found, dict) else {}


def _is_public(answer: Response) -> bool:
    return isinstance(answer.json()["initialized"], bool)
