"""TMDB, where titles are looked up by a household without Overseerr: does it answer, and does it take our key."""

from medianest_common.http import Response
from medianest_health.adapters.http_system import HttpSystem
from medianest_health.adapters.probe import Finding


class TmdbProbe:
    def __init__(self, system: HttpSystem, *, api_key: str, key: str) -> None:
        """A read token of version 4 travels in a header. TMDB takes a key of version 3 in the query only."""
        is_token = "." in api_key
        self._system = system
        self._key = key
        self._headers = {"Authorization": f"Bearer {api_key}"} if is_token else {}
        self._params = {} if is_token else {"api_key": api_key}

    async def __call__(self) -> Finding:
        return await self._system.keyed(
            "/3/configuration",
            recognise=_is_tmdb,
            key=self._key,
            headers=self._headers,
            params=self._params,
        )


def _is_tmdb(answer: Response) -> bool:
    return bool(answer.json()["images"])
