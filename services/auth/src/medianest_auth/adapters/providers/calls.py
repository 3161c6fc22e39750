"""Calls to the addresses of one provider."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from medianest_auth.adapters.providers.troubles import of_token_endpoint, reaching
from medianest_common.clock import Clock
from medianest_common.http import (
    AddressPolicy,
    OutgoingClient,
    Response,
    Retry,
    Timeouts,
    UpstreamRefused,
)

_TIMEOUTS = Timeouts(connect=2.0, read=4.0, total=5.0)
_RETRY = Retry(attempts=2, longest_wait=1.0)
_MOST_BYTES = 256 * 1024


class Calls:
    """The addresses that the administrator wrote down may lie anywhere, as may whatever shares their origin. Where a
    provider's own documents point to is not trusted with this machine or with cloud metadata."""

    def __init__(self, provider: str, *written_down: str, clock: Clock) -> None:
        self._provider = provider
        self._trusted = {_origin(url) for url in written_down}
        self._clock = clock
        self._clients: dict[str, OutgoingClient] = {}

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def get(self, what: str, url: str, *, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON there."""
        with reaching(self._provider, what):
            return await self._client(url).get_json(
                _path(url), headers={"Accept": "application/json", **(headers or {})}, max_bytes=_MOST_BYTES
            )

    async def redeem(
        self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """What a token endpoint gives for a code. It lives in the caller and is kept nowhere."""
        with reaching(self._provider, "token endpoint"):
            try:
                return await self._client(url).request_as(
                    "POST",
                    _path(url),
                    as_object,
                    form=form,
                    headers={"Accept": "application/json", **(headers or {})},
                    max_bytes=_MOST_BYTES,
                )
            except UpstreamRefused as error:
                raise of_token_endpoint(self._provider, error.response) from None

    def _client(self, url: str) -> OutgoingClient:
        origin = _origin(url)
        if origin not in self._clients:
            self._clients[origin] = OutgoingClient(
                self._provider,
                origin,
                policy=AddressPolicy.OPERATOR if origin in self._trusted else AddressPolicy.ADMIN,
                timeouts=_TIMEOUTS,
                retry=_RETRY,
                clock=self._clock,
            )
        return self._clients[origin]


def as_object(response: Response) -> Mapping[str, Any]:
    document = response.json()
    if not isinstance(document, dict):
        raise TypeError("not an object")
    return document


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
