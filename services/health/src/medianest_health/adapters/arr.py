"""Radarr or Sonarr: is it there, is it what we think, and does it take our key."""

from medianest_common.http import Response
from medianest_health.adapters.http_system import HttpSystem
from medianest_health.adapters.probe import Finding


class ArrProbe:
    """`app` is how it names itself."""

    def __init__(self, system: HttpSystem, *, app: str, api_key: str, variable: str) -> None:
        self._system = system
        self._app = app
        self._api_key = api_key
        self._variable = variable

    async def __call__(self) -> Finding:
        return await self._system.keyed(
            "/api/v3/system/status",
            recognise=self._is_it,
            key=self._variable,
            headers={"X-Api-Key": self._api_key},
        )

    def _is_it(self, answer: Response) -> bool:
        """Old ones do not say their name."""
        status = answer.json()
        return isinstance(status["version"], str) and status.get("appName") in (None, "", self._app)
