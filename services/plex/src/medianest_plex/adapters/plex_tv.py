"""plex.tv, as far as finding the owner's servers needs it. The account's token goes to nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from typing import Any, Self

import structlog

from medianest_common.clock import Clock
from medianest_common.errors import MediaNestError
from medianest_common.http import (
    AddressPolicy,
    AddressRefused,
    OutgoingClient,
    Response,
    Retry,
    Timeouts,
    UpstreamRefused,
    parse_url,
)
from medianest_plex.adapters.answers import TokenRefused
from medianest_plex.adapters.coercion import Document, entries, to_bool, to_int, to_text
from medianest_plex.candidates import Candidate, Way, in_order

log = structlog.get_logger()

_TIMEOUTS = Timeouts(connect=3.0, read=5.0, total=6.0)
_LONGEST_URL = 500


@dataclass(frozen=True, slots=True)
class FoundServer:
    """`token` opens this server only. `candidates` are the ways to it, the best first."""

    machine_identifier: str
    name: str
    token: str = field(repr=False)
    candidates: Sequence[Candidate]


class PlexTv:
    """Ends in an answer, in `TokenRefused`, or in what `OutgoingClient` raises."""

    def __init__(self, base_url: str, *, headers: Mapping[str, str], clock: Clock) -> None:
        self._client = OutgoingClient(
            "plex.tv",
            base_url,
            policy=AddressPolicy.OPERATOR,
            headers=headers,
            timeouts=_TIMEOUTS,
            retry=Retry(attempts=2),
            concurrency=2,
            clock=clock,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def owned_servers(self, *, token: str) -> list[FoundServer]:
        """Of the account that the token belongs to, in the order of plex.tv."""
        try:
            return await self._client.request_as(
                "GET",
                "/api/v2/resources",
                _owned_servers,
                headers={"X-Plex-Token": token},
                params={"includeHttps": 1, "includeRelay": 1, "includeIPv6": 1},
            )
        except UpstreamRefused as refused:
            if refused.upstream_status in (401, 403):
                raise TokenRefused() from None
            raise

    async def keep_alive(self, *, token: str) -> None:
        """Plex forgets tokens that nobody uses. Raises nothing: it is done again when it was in vain."""
        try:
            await self._client.request("GET", "/api/v2/ping", headers={"X-Plex-Token": token})
        except MediaNestError as error:
            log.info("plex_token_not_kept_alive", reason=error.code)


def _owned_servers(response: Response) -> list[FoundServer]:
    document = response.json()
    if not isinstance(document, list):
        raise TypeError("not a list of resources")
    return [server for resource in entries(document) if (server := _server(resource))]


def _server(resource: Document) -> FoundServer | None:
    """None for players, for servers of others, and for what lacks what is needed to ask it anything."""
    provides = {part.strip() for part in str(resource.get("provides") or "").split(",")}
    machine_identifier = to_text(resource.get("clientIdentifier"), longest=200)
    token = _header_text(resource.get("accessToken"))
    if "server" not in provides or not to_bool(resource.get("owned")) or not machine_identifier or not token:
        return None
    https_only = bool(to_bool(resource.get("httpsRequired")))
    found = [
        candidate
        for connection in entries(resource.get("connections"))
        for candidate in _candidates(connection, https_only=https_only)
    ]
    name = to_text(resource.get("name")) or "Plex"
    return FoundServer(machine_identifier, name, token, in_order(found))


def _candidates(connection: Document, *, https_only: bool) -> list[Candidate]:
    """A local address may be used without TLS too, unless the server forbids it; a distant one never."""
    found = []
    local, relay = bool(to_bool(connection.get("local"))), bool(to_bool(connection.get("relay")))
    uri = to_text(connection.get("uri"), longest=_LONGEST_URL)
    if uri and uri.startswith("https://") and _is_usable(uri):
        way = Way.RELAY if relay else Way.LOCAL_HTTPS if local else Way.REMOTE
        found.append(Candidate(uri.rstrip("/"), way))
    address, port = to_text(connection.get("address"), longest=_LONGEST_URL), to_int(connection.get("port"))
    if local and not relay and not https_only and address and port:
        plain = f"http://{_in_url(address)}:{port}"
        if _is_usable(plain):
            found.append(Candidate(plain, Way.LOCAL_HTTP))
    return found


def _is_usable(url: str) -> bool:
    try:
        parse_url(url, policy=AddressPolicy.OPERATOR)
    except AddressRefused:
        return False
    return True


def _in_url(address: str) -> str:
    try:
        return f"[{IPv6Address(address)}]"
    except ValueError:
        return address


def _header_text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.isascii() and value.isprintable() and value else None
