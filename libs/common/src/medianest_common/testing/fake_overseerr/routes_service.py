"""The Radarr and Sonarr servers behind it, and what can be chosen there."""

from typing import Any

from starlette.responses import JSONResponse

from .endpoint import Endpoint, Incoming
from .refusals import Refused
from .state import ServiceServer, State

type Json = dict[str, Any]


class ServiceRoutes:
    def __init__(self, state: State) -> None:
        self._state = state

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("GET", "/service/radarr", self.radarrs),
            Endpoint("GET", "/service/radarr/{radarrId}", self.radarr),
            Endpoint("GET", "/service/sonarr", self.sonarrs),
            Endpoint("GET", "/service/sonarr/{sonarrId}", self.sonarr),
        ]

    async def radarrs(self, incoming: Incoming) -> JSONResponse:
        return JSONResponse([_brief(server) for server in self._state.radarrs.values()])

    async def sonarrs(self, incoming: Incoming) -> JSONResponse:
        return JSONResponse([_brief(server) for server in self._state.sonarrs.values()])

    async def radarr(self, incoming: Incoming) -> JSONResponse:
        return self._whole(self._state.radarrs, incoming.path["radarrId"])

    async def sonarr(self, incoming: Incoming) -> JSONResponse:
        return self._whole(self._state.sonarrs, incoming.path["sonarrId"])

    def _whole(self, servers: dict[int, ServiceServer], number: Any) -> JSONResponse:
        server = servers.get(int(number))
        if server is None:
            raise Refused(404, "Server with provided ID does not exist.")
        if server.away:
            raise Refused(500, "connect ECONNREFUSED")
        return JSONResponse(
            {
                "server": _brief(server),
                "profiles": [{"id": key, "name": name} for key, name in server.profiles.items()],
                "rootFolders": [
                    {"id": key, "path": path, "freeSpace": 1_000_000, "totalSpace": 2_000_000}
                    for key, path in server.folders.items()
                ],
                "tags": [{"id": key, "label": label} for key, label in server.tags.items()],
            }
        )


def _brief(server: ServiceServer) -> Json:
    return {
        "id": server.id,
        "name": server.name,
        "is4k": server.is_4k,
        "isDefault": server.is_default,
        "activeDirectory": next(iter(server.folders.values()), ""),
        "activeProfileId": next(iter(server.profiles), 0),
        "activeTags": [],
    }
