"""Overseerr 1.33 and later, and Seerr, over their HTTP API."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Unpack

from medianest_common.clock import Clock
from medianest_common.contracts.media import Availability, MediaType
from medianest_common.contracts.media.defaults import Offer
from medianest_common.http import (
    AddressPolicy,
    CallOptions,
    OutgoingClient,
    Response,
    Timeouts,
    UpstreamRefused,
)
from medianest_media.adapters import overseerr_answers as answers
from medianest_media.adapters.backend import (
    BackendRequest,
    Download,
    NothingLeft,
    Parts,
    Rules,
    Standing,
    UserUnknown,
)
from medianest_media.adapters.choosing import ChoiceOf, nothing_chosen
from medianest_media.adapters.overseerr_choices import OverseerrChoices
from medianest_media.adapters.overseerr_issues import OverseerrIssues
from medianest_media.adapters.overseerr_queue import OverseerrQueue
from medianest_media.adapters.overseerr_reading import OverseerrReading
from medianest_media.adapters.overseerr_refusals import meaning, says_not_found, unexpected, wrong_key

_DETAILS_SECONDS = 3.0
_LIST_SECONDS = 3.0  # Seerr asks every Radarr and Sonarr first, up to 20 s when they hang
_RULES_SECONDS = 60.0
_PAGE = 100
_MOST_USER_PAGES = 50
_MOST_MODIFIED_PAGES = 3
_SEASONS_MATTER = (Availability.PROCESSING, Availability.PARTIALLY_AVAILABLE, Availability.AVAILABLE)


class Overseerr:
    """Acts as the owner of the API key, and as the requester where a request is filed."""

    name = "overseerr"
    sees_library = True
    keeps_pending = True

    def __init__(
        self, client: OutgoingClient, *, clock: Clock, choice_of: ChoiceOf = nothing_chosen, name: str = name
    ) -> None:
        """`name` tells servers apart that have stood in this place one after the other."""
        self.name = name
        self._client = client
        self._reading = OverseerrReading(client, clock=clock)
        self._choices = OverseerrChoices(self._reading, clock=clock, choice_of=choice_of)
        self._clock = clock
        self.issues = OverseerrIssues(client)
        self.queue = OverseerrQueue(client, clock=clock)
        self._rules: tuple[Rules, float] | None = None

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str,
        *,
        api_key: str,
        clock: Clock,
        choice_of: ChoiceOf = nothing_chosen,
        name: str = name,
    ) -> AsyncIterator["Overseerr"]:
        timeouts = Timeouts(connect=2.0, read=8.0, total=12.0)
        client = OutgoingClient(
            "Overseerr",
            url,
            policy=AddressPolicy.MONITOR,
            headers={"X-Api-Key": api_key},
            timeouts=timeouts,
            clock=clock,
        )
        async with client:
            yield cls(client, clock=clock, choice_of=choice_of, name=name)

    async def standing(self, media_type: MediaType, tmdb_id: int) -> Standing:
        return (await self._reading.details(media_type, tmdb_id)).standing

    def called(self, media_type: MediaType) -> str:
        return "Overseerr"

    def by_hand(self, media_type: MediaType, *, is_4k: bool) -> bool:
        return False

    def parts(self) -> Parts:
        return {"overseerr": self.check}

    async def rules(self) -> Rules:
        now = self._clock.monotonic()
        if self._rules is None or self._rules[1] < now - _RULES_SECONDS:
            rules = await self._get("/settings/public", answers.rules, timeout=_DETAILS_SECONDS)
            self._rules = (rules, now)
        return self._rules[0]

    async def offer(self, media_type: MediaType, *, is_4k: bool) -> Offer:
        return await self._choices.offer(media_type, is_4k=is_4k)

    async def user_of(self, plex_id: int) -> int | None:
        known = await self._users()
        if plex_id in known:
            return known[plex_id]
        wanted = {"plexIds": [str(plex_id)]}
        imported = await self._call(
            "POST", "/user/import-from-plex", _json(answers.users_by_plex_id), json=wanted
        )
        return imported.get(plex_id)

    async def create(
        self, media_type: MediaType, tmdb_id: int, *, is_4k: bool, seasons: list[int], as_user: int | None
    ) -> BackendRequest:
        # Without `is4k` Overseerr's own check for duplicates does not work.
        body: dict[str, Any] = {"mediaType": media_type.value, "mediaId": tmdb_id, "is4k": is_4k}
        if media_type is MediaType.TV:
            body["seasons"] = seasons
        body |= await self._choices.sent_along(media_type, is_4k=is_4k)
        headers = {} if as_user is None else {"X-API-User": str(as_user)}
        made = await self._call("POST", "/request", _created, json=body, headers=headers)
        if made is None:
            raise NothingLeft("Overseerr has no season left to request.")
        return made

    async def request(self, request_id: int) -> BackendRequest | None:
        try:
            found = await self._get(f"/request/{request_id}", answers.backend_request, expects=404)
        except UpstreamRefused as refused:
            if says_not_found(refused):
                return None
            raise unexpected(refused) from refused
        if found.media_type is MediaType.MOVIE or found.season_availability:
            return found
        if found.availability not in _SEASONS_MATTER:
            return found
        details = await self._reading.details(MediaType.TV, found.tmdb_id)
        return found.model_copy(
            update={"season_availability": details.season_availability_in(is_4k=found.is_4k)}
        )

    async def edit(self, request_id: int, media_type: MediaType, *, is_4k: bool, seasons: list[int]) -> None:
        # What is left out of an edit is as if nothing had been chosen.
        body = {"mediaType": media_type.value, "is4k": is_4k, "seasons": seasons}
        body |= await self._choices.sent_along(media_type, is_4k=is_4k)
        if await self._call("PUT", f"/request/{request_id}", _created, json=body, idempotent=True) is None:
            raise NothingLeft("Overseerr has no season left to request.")

    async def approve(self, request_id: int) -> None:
        await self._call("POST", f"/request/{request_id}/approve", idempotent=True)

    async def decline(self, request_id: int) -> None:
        await self._call("POST", f"/request/{request_id}/decline", idempotent=True)

    async def retry(self, request_id: int) -> None:
        await self._call("POST", f"/request/{request_id}/retry", idempotent=True)

    async def delete(self, request_id: int) -> None:
        try:
            await self._client.request("DELETE", f"/api/v1/request/{request_id}", idempotent=True)
        except UpstreamRefused as refused:
            if not says_not_found(refused):
                raise meaning(refused) from refused

    async def modified_since(self, moment: datetime | None) -> list[tuple[int, datetime]]:
        found: list[tuple[int, datetime]] = []
        for page in range(_MOST_MODIFIED_PAGES):
            path = f"/request?sort=modified&take={_PAGE}&skip={page * _PAGE}"
            rows = await self._get(path, answers.modified, timeout=_LIST_SECONDS)
            fresh = [row for row in rows if moment is None or row[1] >= moment]
            found += fresh
            if len(fresh) < len(rows) or len(rows) < _PAGE:
                break
        return found

    async def has_all(self, request_id: int) -> bool:
        return False

    async def astray(self) -> list[int]:
        return []

    async def downloads(self) -> list[Download]:
        return []

    async def check(self) -> None:
        """`status` is public and says nothing about the key; `auth/me` does."""
        try:
            await self._client.request_as(
                "GET", "/api/v1/auth/me", _json(answers.account), timeout=_DETAILS_SECONDS
            )
        except UpstreamRefused as refused:
            raise wrong_key() from refused

    async def _users(self) -> dict[int, int]:
        known: dict[int, int] = {}
        for page in range(_MOST_USER_PAGES):
            answer = await self._user_page(page)
            known |= answers.users_by_plex_id(answer["results"])
            if len(answer["results"]) < _PAGE:
                break
        return known

    async def _user_page(self, page: int) -> dict[str, Any]:
        try:
            return await self._get(f"/user?take={_PAGE}&skip={page * _PAGE}", _with_results, expects=400)
        except UpstreamRefused:
            return await self._get("/user", _with_results)  # old servers know no pages of users

    async def _get[T](
        self,
        path: str,
        read: Callable[[dict[str, Any]], T],
        *,
        timeout: float | None = None,
        expects: int | None = None,
    ) -> T:
        return await self._reading.get(path, read, timeout=timeout, expects=expects)

    async def _call[T](
        self,
        method: str,
        path: str,
        read: Callable[[Response], T] = lambda _: None,  # type: ignore[assignment, return-value]
        **options: Unpack[CallOptions],
    ) -> T:
        try:
            return await self._client.request_as(method, f"/api/v1{path}", read, **options)
        except UpstreamRefused as refused:
            error = meaning(refused)
            if isinstance(error, UserUnknown):
                await self.check()  # a wrong key is refused in the same words
            raise error from refused


def _json[T](read: Callable[[Any], T]) -> Callable[[Response], T]:
    return lambda response: read(response.json())


def _created(response: Response) -> BackendRequest | None:
    """202 says that nothing was created."""
    return None if response.status == 202 else answers.backend_request(response.json())


def _with_results(answer: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(answer["results"], list):
        raise TypeError("results is not a list")
    return answer
