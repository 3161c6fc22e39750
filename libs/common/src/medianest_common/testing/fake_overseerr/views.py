"""Rows as the API shows them."""

from datetime import datetime
from typing import Any

from .numbers import MediaStatus
from .state import Issue, IssueComment, Media, RequestedSeason, RequestRow, State, User

type Json = dict[str, Any]

_OPTIONS = ("serverId", "profileId", "rootFolder", "languageProfileId", "tags")


def timestamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Views:
    def __init__(self, state: State) -> None:
        self._state = state
        self._seerr = state.flavour == "seerr"

    def user(self, user: User, *, settings: bool = False, private: bool = True) -> Json:
        """`settings`: as loaded alone, not in a list. `private`: with what only user managers see."""
        view: Json = {"permissions": user.permissions}
        if self._seerr:
            view["warnings"] = []
        view["id"] = user.id
        if private:
            view["email"] = user.email
        view["plexUsername"] = user.plex_username
        if self._seerr:
            view["jellyfinUsername"] = None
        view |= {
            "username": user.username,
            "recoveryLinkExpirationDate": None,
            "userType": 1 if user.plex_id else 2,
        }
        if private:
            view["plexId"] = user.plex_id
        if self._seerr:
            view["jellyfinUserId"] = None
        view["avatar"] = avatar(user)
        if self._seerr:
            view |= {"avatarETag": None, "avatarVersion": None}
        view |= _quota_settings(user)
        view |= {"createdAt": timestamp(user.created_at), "updatedAt": timestamp(user.updated_at)}
        if settings and private:
            view["settings"] = self._user_settings(user)
        return view | {"requestCount": self._state.request_count(user), "displayName": user.display_name}

    def media(self, media: Media, *, seasons: bool = False, requests: bool = False) -> Json:
        """`requests` adds the requests and issues of the title, as its own page shows them."""
        view: Json = {
            "downloadStatus": media.downloads,
            "downloadStatus4k": media.downloads_4k,
            "id": media.id,
            "mediaType": media.kind,
            "tmdbId": media.tmdb_id,
            "tvdbId": media.tvdb_id,
            "imdbId": None,
            "status": media.status,
            "status4k": media.status_4k,
            "createdAt": timestamp(media.created_at),
            "updatedAt": timestamp(media.updated_at),
            "lastSeasonChange": timestamp(media.created_at),
            "mediaAddedAt": self._added_at(media),
            "serviceId": media.service_id,
            "serviceId4k": None,
            "externalServiceId": media.external_service_id,
            "externalServiceId4k": None,
            "externalServiceSlug": None if media.external_service_id is None else str(media.tmdb_id),
            "externalServiceSlug4k": None,
            "ratingKey": media.rating_key,
            "ratingKey4k": media.rating_key_4k,
        }
        if self._seerr:
            view |= {"jellyfinMediaId": None, "jellyfinMediaId4k": None}
        if requests:
            view["requests"] = [self.request(row) for row in self._state.requests_for(media)]
            view["issues"] = [
                self.issue(issue) for issue in self._state.issues.values() if issue.media is media
            ]
        if seasons or requests:
            view["seasons"] = [
                {
                    "id": season.id,
                    "seasonNumber": season.number,
                    "status": season.status,
                    "status4k": season.status_4k,
                    "createdAt": timestamp(season.created_at),
                    "updatedAt": timestamp(season.updated_at),
                }
                for season in media.seasons.values()
            ]
        return view

    def request(self, row: RequestRow, *, listed: bool = True, can_remove: bool | None = None) -> Json:
        """`listed` is the shape in lists; alone, users come with their settings."""
        view: Json = {
            "id": row.id,
            "status": row.status,
            "createdAt": timestamp(row.created_at),
            "updatedAt": timestamp(row.updated_at),
            "type": row.kind,
            "is4k": row.is_4k,
            **{name: row.options.get(name) for name in _OPTIONS},
            "isAutoRequest": row.is_auto_request,
            "media": self.media(row.media),
            "seasons": [_season(season) for season in row.seasons],
            "modifiedBy": None
            if row.modified_by is None
            else self.user(row.modified_by, settings=not listed),
            "requestedBy": self.user(row.requested_by, settings=not listed),
            "seasonCount": len(row.seasons),
        }
        if self._seerr and can_remove is not None:
            view["canRemove"] = can_remove
        return view

    def created_request(self, row: RequestRow) -> Json:
        """The answer to POST: what was put in, without what only a read works out."""
        view = self.request(row, listed=False)
        del view["seasonCount"]
        if row.modified_by is None:
            del view["modifiedBy"]
        if row.kind == "movie":
            del view["seasons"]
        return view

    def issue(self, issue: Issue, *, listed: bool = True) -> Json:
        view: Json = {
            "id": issue.id,
            "issueType": issue.type,
            "status": issue.status,
            "problemSeason": issue.season,
            "problemEpisode": issue.episode,
            "createdAt": timestamp(issue.created_at),
            "updatedAt": timestamp(issue.updated_at),
            "createdBy": self.user(issue.created_by, settings=not listed),
            "media": self.media(issue.media),
            "modifiedBy": None if issue.modified_by is None else self.user(issue.modified_by),
        }
        if not listed or self._seerr:
            view["comments"] = [self.comment(comment) for comment in issue.comments]
        return view

    def comment(self, comment: IssueComment) -> Json:
        at = timestamp(comment.created_at)
        return {
            "id": comment.id,
            "message": comment.message,
            "createdAt": at,
            "updatedAt": at,
            "user": self.user(comment.user),
        }

    def _added_at(self, media: Media) -> str | None:
        if self._seerr or media.status in (MediaStatus.PARTIALLY_AVAILABLE, MediaStatus.AVAILABLE):
            return timestamp(media.created_at)
        return None

    def _user_settings(self, user: User) -> Json:
        region = (
            {"discoverRegion": None, "streamingRegion": None, "originalLanguage": None}
            if self._seerr
            else {"region": None, "originalLanguage": None}
        )
        return {
            "id": user.id,
            "locale": "en",
            **region,
            "pgpKey": None,
            "discordId": None,
            "pushbulletAccessToken": None,
            "pushoverApplicationToken": None,
            "pushoverUserKey": None,
            "pushoverSound": None,
            "telegramChatId": None,
            "telegramMessageThreadId": None,
            "telegramSendSilently": None,
            "watchlistSyncMovies": None,
            "watchlistSyncTv": None,
            "notificationTypes": {
                "email": 8190,
                "discord": 0,
                "pushbullet": 0,
                "pushover": 0,
                "slack": 0,
                "telegram": 0,
                "webhook": 0,
                "webpush": 8190,
            },
        }


def avatar(user: User) -> str:
    return f"https://plex.tv/users/{user.id:016x}/avatar?c=1"


def page_info(*, total: int, take: int, skip: int) -> Json:
    """The server's own arithmetic, negative pages included."""
    return {"pages": -(-total // take), "pageSize": take, "results": total, "page": -(-skip // take) + 1}


def _season(season: RequestedSeason) -> Json:
    return {
        "id": season.id,
        "seasonNumber": season.number,
        "status": season.status,
        "createdAt": timestamp(season.created_at),
        "updatedAt": timestamp(season.updated_at),
    }


def _quota_settings(user: User) -> Json:
    movie_limit, movie_days = user.movie_quota or (None, None)
    tv_limit, tv_days = user.tv_quota or (None, None)
    return {
        "movieQuotaLimit": movie_limit,
        "movieQuotaDays": movie_days,
        "tvQuotaLimit": tv_limit,
        "tvQuotaDays": tv_days,
    }
