"""Making and changing requests, with the gaps the real server has between checking and saving."""

import asyncio
from typing import Any

from .catalogue import Title
from .numbers import MediaKind, MediaStatus, Permission, RequestStatus, approves_itself, may_request
from .quota import Quota, quota_of
from .refusals import Refused
from .state import Media, RequestedSeason, RequestRow, State, User

type Json = dict[str, Any]

_NO_SEASONS = "No seasons available to request"
_OPTIONS = ("serverId", "profileId", "rootFolder", "languageProfileId", "tags")
_NO_LONGER_HELD = (RequestStatus.DECLINED, RequestStatus.COMPLETED)


class Requesting:
    def __init__(self, state: State) -> None:
        self._state = state

    async def create(self, body: Json, acting: User) -> RequestRow:
        """Saves a request; no lock is held, so identical calls at the same moment may all succeed."""
        kind: MediaKind = body["mediaType"]
        is_4k = bool(body.get("is4k"))
        requester = self._requester(body, acting)
        _demand_permission(requester, kind, is_4k=is_4k)
        quota = quota_of(self._state, requester, kind)
        if quota.restricted:
            raise _over_quota(kind)
        title = await self._title(kind, body["mediaId"])
        existing = self._state.media.get((kind, title.tmdb_id))
        if existing is not None and existing.status == MediaStatus.BLOCKLISTED:
            raise Refused(403, "This media is blocklisted.")
        if kind == "movie":
            self._refuse_duplicate(existing, body.get("is4k"))
            seasons: list[int] = []
        else:
            seasons = self._free_seasons(title, existing, body, quota)
        await asyncio.sleep(0)
        return self._save(title, body, acting=acting, requester=requester, seasons=seasons)

    async def edit(self, request: RequestRow, body: Json, acting: User) -> RequestRow:
        """Replaces options, requester and seasons; the quota is not looked at."""
        owner = request.requested_by is acting
        movie_option = body["mediaType"] != "tv" and not acting.may(Permission.REQUEST_ADVANCED)
        if (not owner or movie_option) and not acting.may(Permission.MANAGE_REQUESTS):
            raise Refused(403, "You do not have permission to modify this request.")
        if "userId" in body and body["userId"] != request.requested_by.id:
            request.requested_by = self._requester(body, acting)
        request.options = {name: body.get(name) for name in _OPTIONS}
        if body["mediaType"] == "tv":
            self._replace_seasons(request, body.get("seasons"))
        request.updated_at = self._state.now()
        return request

    def _requester(self, body: Json, acting: User) -> User:
        user_id = body.get("userId")
        if not user_id:
            return acting
        if not (acting.may(Permission.MANAGE_USERS) and acting.may(Permission.MANAGE_REQUESTS)):
            raise Refused(403, "You do not have permission to modify the request user.")
        user = self._state.users.get(user_id)
        if user is None:
            raise Refused(500, 'Could not find any entity of type "User" matching the given criteria')
        return user

    async def _title(self, kind: MediaKind, tmdb_id: int) -> Title:
        await asyncio.sleep(0)
        title = None if self._state.tmdb_down else self._state.catalogue.get(kind, tmdb_id)
        if title is None:
            what = "movie" if kind == "movie" else "TV show"
            code = "connect ECONNREFUSED" if self._state.tmdb_down else "Request failed with status code 404"
            raise Refused(500, f"[TMDB] Failed to fetch {what} details: {code}")
        return title

    def _refuse_duplicate(self, media: Media | None, is_4k: object) -> None:
        """Finds nothing when `is4k` was left out: the comparison is with NULL then."""
        if media is None or is_4k is None:
            return
        same = [request for request in self._state.requests_for(media) if request.is_4k == is_4k]
        if same and same[0].status not in _NO_LONGER_HELD:
            raise Refused(409, "Request for this media already exists.")

    def _free_seasons(self, title: Title, media: Media | None, body: Json, quota: Quota) -> list[int]:
        wanted = body.get("seasons")
        if wanted is None:
            raise Refused(500, "Cannot read properties of undefined (reading 'filter')")
        seerr = self._state.flavour == "seerr"
        if wanted == "all":
            wanted = [
                number for number, episodes in title.seasons.items() if number and (episodes or not seerr)
            ]
        if seerr and not self._state.special_episodes:
            wanted = [number for number in wanted if number > 0]
        taken = set() if media is None else self._taken_seasons(media, body.get("is4k"))
        free = [number for number in wanted if number not in taken]
        if not free:
            raise Refused(202, _NO_SEASONS)
        if quota.remaining is not None and len(free) > quota.remaining:
            raise _over_quota("tv")
        return free

    def _taken_seasons(self, media: Media, is_4k: object) -> set[int]:
        requested = {
            number
            for request in self._state.requests_for(media)
            if request.is_4k == is_4k and request.status not in _NO_LONGER_HELD
            for number in request.season_numbers
        }
        held = {
            season.number
            for season in media.seasons.values()
            if (season.status_4k if is_4k else season.status)
            not in (MediaStatus.UNKNOWN, MediaStatus.DELETED)
        }
        return requested | held

    def _save(
        self, title: Title, body: Json, *, acting: User, requester: User, seasons: list[int]
    ) -> RequestRow:
        state, at, is_4k = self._state, self._state.now(), bool(body.get("is4k"))
        media = state.media_of(title.kind, title.tmdb_id, tvdb_id=body.get("tvdbId") or title.tvdb_id)
        if media.availability(is_4k=is_4k) in (MediaStatus.UNKNOWN, MediaStatus.DELETED):
            media.becomes(MediaStatus.PENDING, is_4k=is_4k, at=at)
        approved = acting.may(approves_itself(title.kind, is_4k=is_4k))
        status = RequestStatus.APPROVED if approved else RequestStatus.PENDING
        request = RequestRow(
            id=state.next_id("request"),
            media=media,
            status=status,
            is_4k=is_4k,
            requested_by=requester,
            modified_by=acting if approved else None,
            created_at=at,
            updated_at=at,
            seasons=[self._requested_season(number, status) for number in seasons],
            options={name: body.get(name) for name in _OPTIONS},
        )
        state.requests[request.id] = request
        return request

    def _replace_seasons(self, request: RequestRow, wanted: list[int] | None) -> None:
        if not wanted:
            raise Refused(
                500, "Missing seasons. If you want to cancel a series request, use the DELETE method."
            )
        others = {
            number
            for other in self._state.requests_for(request.media)
            if other is not request and other.is_4k == request.is_4k and other.status not in _NO_LONGER_HELD
            for number in other.season_numbers
        }
        free = [number for number in wanted if number not in others]
        if not free:
            raise Refused(202, _NO_SEASONS)
        held = {season.number: season for season in request.seasons}
        request.seasons = [
            held.get(number) or self._requested_season(number, RequestStatus.PENDING) for number in free
        ]

    def _requested_season(self, number: int, status: RequestStatus) -> RequestedSeason:
        at = self._state.now()
        return RequestedSeason(
            id=self._state.next_id("season"), number=number, status=status, created_at=at, updated_at=at
        )


def _demand_permission(user: User, kind: MediaKind, *, is_4k: bool) -> None:
    if not user.may(may_request(kind, is_4k=is_4k)):
        what = f"{'4K ' if is_4k else ''}{'movie' if kind == 'movie' else 'series'}"
        raise Refused(403, f"You do not have permission to make {what} requests.")


def _over_quota(kind: MediaKind) -> Refused:
    return Refused(403, f"{'Movie' if kind == 'movie' else 'Series'} Quota exceeded.")
