"""plex.tv, as far as signing in needs it. A person's token goes out in a header, is used, and is forgotten."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit
from uuid import UUID

from medianest_auth.errors import PlexSignInExpired, PlexUnreachable
from medianest_auth.normalising import shown_name, storable
from medianest_common.clock import Clock
from medianest_common.errors import MediaNestError
from medianest_common.http import AddressPolicy, OutgoingClient, Response, Timeouts, UpstreamRefused

PRODUCT = "MediaNest"
_TIMEOUTS = Timeouts(connect=3.0, read=5.0, total=6.0)
_LONGEST_LIFE = timedelta(minutes=30)
_GONE = (404, 410)


class PlexPin(NamedTuple):
    id: int
    code: str
    lives_for: timedelta


class PlexAccount(NamedTuple):
    """`id` alone says who it is; managed users have neither address nor user name."""

    id: int
    name: str
    email: str | None
    avatar_url: str | None
    restricted: bool


class ServerAccess(NamedTuple):
    """`token` opens only this server, with this person's own restrictions.

    `account_token` is there only for whoever owns the server, by whom the installation lives.
    """

    token: str
    owned: bool
    machine_identifier: str = ""
    account_token: str | None = None
    own_token: str | None = None
    """Whoever it is signs in to plex.tv with this. Offered to the plex service, which keeps it where it is needed."""

    def __repr__(self) -> str:
        return f"ServerAccess(owned={self.owned})"


class PlexTv:
    """Every call ends in an answer, in `PlexSignInExpired`, or in `PlexUnreachable`."""

    def __init__(self, base_url: str, *, client_identifier: UUID, device_name: str, clock: Clock) -> None:
        self.client_identifier = str(client_identifier)
        headers = {
            "Accept": "application/json",
            "X-Plex-Client-Identifier": self.client_identifier,
            "X-Plex-Product": PRODUCT,
            "X-Plex-Version": version("medianest-common"),
            "X-Plex-Platform": "Web",
            "X-Plex-Device-Name": device_name.encode("ascii", "ignore").decode() or PRODUCT,
        }
        self._client = OutgoingClient(
            "plex.tv",
            base_url,
            policy=AddressPolicy.OPERATOR,
            headers=headers,
            timeouts=_TIMEOUTS,
            clock=clock,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def new_pin(self) -> PlexPin:
        async with _reachable():
            return await self._client.request_as("POST", "/api/v2/pins", _pin, params={"strong": "true"})

    async def token_of(self, pin_id: int) -> str | None:
        """None while the person has not agreed; a PIN that plex.tv no longer knows is `PlexSignInExpired`."""
        async with _reachable():
            try:
                return await self._client.request_as("GET", f"/api/v2/pins/{pin_id}", _claimed_by)
            except UpstreamRefused as refused:
                if refused.upstream_status in _GONE:
                    raise PlexSignInExpired("Start again.") from None
                raise

    async def account_and_access(
        self, token: str, *, machine_identifier: str
    ) -> tuple[PlexAccount, ServerAccess | None]:
        """Who the token belongs to, and how this account may use the server; None if it may not."""
        headers = {"X-Plex-Token": token}
        async with _reachable(), asyncio.TaskGroup() as both:
            account = both.create_task(
                self._client.request_as("GET", "/api/v2/user", _account, headers=headers)
            )
            access = both.create_task(
                self._client.request_as(
                    "GET",
                    "/api/v2/resources",
                    lambda response: _access(response, machine_identifier),
                    headers=headers,
                    params={"includeHttps": "1", "includeRelay": "1", "includeIPv6": "1"},
                )
            )
        found = access.result()
        if found is not None:
            found = found._replace(
                machine_identifier=machine_identifier,
                account_token=token if found.owned else None,
                own_token=token,
            )
        return account.result(), found


@asynccontextmanager
async def _reachable() -> AsyncIterator[None]:
    """Whatever goes wrong at plex.tv is one and the same to the person: try again later."""
    try:
        yield
    except* PlexSignInExpired as expired:
        raise expired.exceptions[0] from None
    except* MediaNestError as failed:
        first = failed.exceptions[0]
        wait = first.retry_after if isinstance(first, MediaNestError) else None
        raise PlexUnreachable(
            "plex.tv does not answer as it should. Try again in a moment.",
            upstream="plex.tv",
            retry_after=wait or 5,
        ) from first


def _pin(response: Response) -> PlexPin:
    document = _object(response)
    lives_for = timedelta(seconds=int(document["expiresIn"]))
    if lives_for <= timedelta():
        raise ValueError("a PIN that is over before it began")
    return PlexPin(_number(document["id"]), _text(document["code"]), min(lives_for, _LONGEST_LIFE))


def _claimed_by(response: Response) -> str | None:
    token = _object(response)["authToken"]
    return _text(token) if token else None


def _account(response: Response) -> PlexAccount:
    document = _object(response)
    number = _number(document["id"])
    names = (shown_name(str(document.get(name) or "")) for name in ("friendlyName", "title", "username"))
    # An address that Plex has sent a link to, and nobody has opened it, is anybody's.
    email = document.get("email") if document.get("confirmed") is not False else None
    return PlexAccount(
        id=number,
        name=next((name for name in names if name), f"Plex {number}"),
        email=email if isinstance(email, str) and storable(email) and "@" in email else None,
        avatar_url=avatar_of(document.get("thumb")),
        restricted=bool(document.get("restricted")),
    )


def _access(response: Response, machine_identifier: str) -> ServerAccess | None:
    document = response.json()
    if not isinstance(document, list):
        raise TypeError("not a list of resources")
    for resource in document:
        if not isinstance(resource, dict) or resource.get("clientIdentifier") != machine_identifier:
            continue
        provides = [part.strip() for part in str(resource.get("provides") or "").split(",")]
        if "server" in provides and resource.get("accessToken"):
            return ServerAccess(_text(resource["accessToken"]), owned=resource.get("owned") is True)
    return None


def avatar_of(url: object) -> str | None:
    if not isinstance(url, str) or len(url) > 500:
        return None
    parts = urlsplit(url)
    ours = parts.hostname == "plex.tv" or (parts.hostname or "").endswith(".plex.tv")
    return url if parts.scheme == "https" and ours and not parts.username else None


def _object(response: Response) -> Mapping[str, Any]:
    document = response.json()
    if not isinstance(document, dict):
        raise TypeError("not an object")
    return document


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise ValueError("not an id")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise ValueError("not plain text")
    return value
