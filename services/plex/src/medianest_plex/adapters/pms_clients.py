"""The two clients for one address of a server: one for questions, one for pictures."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import NamedTuple, Self

from medianest_common.clock import Clock
from medianest_common.http import AddressPolicy, OutgoingClient, Retry, Timeouts

_TIMEOUTS = Timeouts(connect=3.0, read=20.0, pool=5.0, total=30.0)
_IMAGE_TIMEOUTS = Timeouts(connect=3.0, read=8.0, pool=8.0, total=10.0)
_AT_ONCE = 4


class PmsClients(NamedTuple):
    """`pictures` is apart, so that one picture that cannot be scaled does not make the server count as down."""

    questions: OutgoingClient
    pictures: OutgoingClient

    @classmethod
    def at(cls, base_url: str, *, headers: Mapping[str, str], clock: Clock) -> Self:
        return cls(
            OutgoingClient(
                "Plex",
                base_url,
                policy=AddressPolicy.OPERATOR,
                headers=headers,
                timeouts=_TIMEOUTS,
                concurrency=_AT_ONCE,
                clock=clock,
            ),
            OutgoingClient(
                "Plex pictures",
                base_url,
                policy=AddressPolicy.OPERATOR,
                headers={**headers, "Accept": "image/*"},
                timeouts=_IMAGE_TIMEOUTS,
                retry=Retry(attempts=2),
                concurrency=_AT_ONCE,
                clock=clock,
            ),
        )

    async def aclose(self) -> None:
        await self.questions.aclose()
        await self.pictures.aclose()


def client_headers(client_identifier: str) -> dict[str, str]:
    return {
        "Accept": "application/json",
        "X-Plex-Client-Identifier": client_identifier,
        "X-Plex-Product": "MediaNest",
        "X-Plex-Version": version("medianest-common"),
        "X-Plex-Platform": "Web",
    }
