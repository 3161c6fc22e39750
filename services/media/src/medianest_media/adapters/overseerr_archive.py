"""Everything an Overseerr 1.33 or later, or a Seerr, has from before: its people and its requests, page by page.

Nothing here asks for what only one of them understands: an unknown parameter is an error there.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel

from medianest_common.clock import Clock
from medianest_common.http import AddressPolicy, OutgoingClient, Response, Timeouts, UpstreamRefused
from medianest_media.adapters import overseerr_answers as answers
from medianest_media.adapters.backend import BackendMisconfigured, BackendRequest
from medianest_media.adapters.overseerr_refusals import unexpected, wrong_key
from medianest_media.settings import MediaSettings
from medianest_media.titles import storable_title

PAGE = 100
OVERLAP = 10
"""So many rows of the next page were on this one too, so that what is deleted meanwhile hides nothing behind it."""
_PAGE_SECONDS = 3.0  # Seerr asks every Radarr and Sonarr first, up to 20 s when they hang
_REQUEST_STATUSES = frozenset({1, 2, 3, 4, 5})
_MEDIA_STATUSES = frozenset({1, 2, 3, 4, 5, 6, 7})
_PENDING = 1
_UNKNOWN = 1
_HIGHEST = 2**53


class TheirUser(BaseModel, frozen=True):
    """Never known by an address: one could have typed it in oneself."""

    id: int
    plex_id: int | None
    name: str


class TheirRequest(BaseModel, frozen=True):
    """`odd` names what its numbers say that nobody knows; those were read as the nearest safe ones."""

    request: BackendRequest
    requested_by: TheirUser | None
    modified_by: TheirUser | None
    created_at: datetime
    updated_at: datetime
    odd: str | None = None


class Unreadable(BaseModel, frozen=True):
    id: int


class UserPage(BaseModel, frozen=True):
    users: tuple[TheirUser, ...]
    rows: int
    last: bool


class RequestPage(BaseModel, frozen=True):
    """`total` None where the server does not say how many there are."""

    requests: tuple[TheirRequest | Unreadable, ...]
    rows: int
    nameless: int
    """Rows without a number that can be read."""
    total: int | None
    last: bool


class OverseerrArchive:
    def __init__(self, client: OutgoingClient) -> None:
        self._client = client

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: MediaSettings, *, clock: Clock) -> AsyncIterator[Self]:
        """Raises `BackendMisconfigured` where none is named."""
        url, key = settings.overseerr_url, settings.overseerr_api_key
        if not url or key is None:
            raise BackendMisconfigured(
                "There is no Overseerr to import from. "
                "Set it here or by MEDIANEST_OVERSEERR_URL and MEDIANEST_OVERSEERR_API_KEY, then try again.",
                upstream="Overseerr",
            )
        client = OutgoingClient(
            "Overseerr",
            url,
            policy=AddressPolicy.MONITOR,
            headers={"X-Api-Key": key.get_secret_value()},
            timeouts=Timeouts(connect=2.0, read=_PAGE_SECONDS, total=_PAGE_SECONDS),
            concurrency=1,
            clock=clock,
        )
        async with client:
            yield cls(client)

    async def check(self) -> None:
        """Whether it is there and takes our key."""
        await self._get("/auth/me")

    async def users(self, *, skip: int) -> UserPage:
        try:
            answer = await self._get(f"/user?take={PAGE}&skip={skip}", expects=400)
        except UpstreamRefused:
            answer = await self._get("/user")  # old servers know no pages of users
            return UserPage(users=tuple(_users(answer["results"])), rows=len(answer["results"]), last=True)
        rows = answer["results"]
        return UserPage(users=tuple(_users(rows)), rows=len(rows), last=len(rows) < PAGE)

    async def requests(self, *, skip: int) -> RequestPage:
        """The newest first: what is added meanwhile moves rows to the next page, where they are met again."""
        answer = await self._get(f"/request?sort=added&take={PAGE}&skip={skip}")
        rows = answer["results"]
        read = [found for found in map(_request, rows) if found is not None]
        total = (answer.get("pageInfo") or {}).get("results")
        total = total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None
        last = not rows or (len(rows) < PAGE if total is None else skip + len(rows) >= total)
        return RequestPage(
            requests=tuple(read), rows=len(rows), nameless=len(rows) - len(read), total=total, last=last
        )

    async def _get(self, path: str, *, expects: int | None = None) -> dict[str, Any]:
        """A refusal with the status the caller `expects` is raised as it came."""
        read = _account if path == "/auth/me" else _listed
        try:
            return await self._client.request_as("GET", f"/api/v1{path}", read)
        except UpstreamRefused as refused:
            if refused.upstream_status == expects:
                raise
            denied = refused.upstream_status in (401, 403)
            raise (wrong_key() if denied else unexpected(refused)) from refused


def _account(response: Response) -> dict[str, Any]:
    answer: dict[str, Any] = response.json()
    answers.account(answer)
    return answer


def _listed(response: Response) -> dict[str, Any]:
    answer = response.json()
    if not isinstance(answer, dict) or not isinstance(answer["results"], list):
        raise TypeError("not a list")
    return answer


def _users(rows: Sequence[Any]) -> list[TheirUser]:
    return [user for user in map(_user, rows) if user is not None]


def _user(row: Any) -> TheirUser | None:
    number = _number(row.get("id")) if isinstance(row, Mapping) else None
    if number is None:
        return None
    names = (storable_title(str(row.get(name) or "")) for name in ("username", "plexUsername"))
    return TheirUser(
        id=number,
        plex_id=_number(row.get("plexId")),
        name=next(filter(None, names), f"Overseerr user {number}"),
    )


def _request(row: Any) -> TheirRequest | Unreadable | None:
    number = _number(row.get("id")) if isinstance(row, Mapping) else None
    if number is None:
        return None
    try:
        known, odd = _with_known_numbers(row)
        created_at = answers.moment(row["createdAt"])
        changed_at = answers.moment(row["updatedAt"]) if row.get("updatedAt") else created_at
        return TheirRequest(
            request=answers.backend_request(known),
            requested_by=_user(row.get("requestedBy")),
            modified_by=_user(row.get("modifiedBy")),
            created_at=created_at,
            updated_at=max(created_at, changed_at),
            odd=odd,
        )
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
        return Unreadable(id=number)


def _with_known_numbers(row: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """A status of a newer version becomes one that fetches nothing, and that a person decides about."""
    media, odd = dict(row["media"]), list[str]()
    status = row["status"]
    if status not in _REQUEST_STATUSES:
        odd.append(f"request status {_shown(status)}")
        status = _PENDING
    for name in ("status", "status4k"):
        if media.get(name, _UNKNOWN) not in _MEDIA_STATUSES:
            odd.append(f"media status {_shown(media[name])}")
            media[name] = _UNKNOWN
    return {**row, "status": status, "media": media}, ", ".join(dict.fromkeys(odd)) or None


def _shown(value: object) -> str:
    return storable_title(str(value))[:40]


def _number(value: object) -> int | None:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _HIGHEST
    return value if good else None  # type: ignore[return-value]
