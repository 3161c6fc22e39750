"""Users, their quotas, and their import from Plex."""

from starlette.responses import JSONResponse

from .endpoint import Endpoint, Incoming, created, paged
from .numbers import Permission
from .quota import quota_of
from .refusals import Refused
from .state import State, User
from .views import Json, Views, page_info


class UserRoutes:
    def __init__(self, state: State, views: Views) -> None:
        self._state = state
        self._views = views

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("GET", "/auth/me", self.me),
            Endpoint("GET", "/user", self.list),
            Endpoint("POST", "/user/import-from-plex", self.import_from_plex, Permission.MANAGE_USERS),
            Endpoint("GET", "/user/{userId}", self.get),
            Endpoint("GET", "/user/{userId}/quota", self.quota),
            Endpoint("GET", "/user/{userId}/requests", self.requests),
        ]

    async def me(self, incoming: Incoming) -> JSONResponse:
        return JSONResponse(self._views.user(incoming.acting, settings=True))

    async def list(self, incoming: Incoming) -> JSONResponse:
        query = incoming.query
        users = [user for user in self._state.users.values() if _matches(user, query)]
        match query.get("sort"):
            case "updated":
                users.sort(key=lambda user: user.updated_at, reverse=True)
            case "displayname":
                users.sort(key=lambda user: (user.display_name or "").lower())
            case "requests":
                users.sort(key=self._state.request_count, reverse=True)
        page, take, skip = paged(users, query)
        private = incoming.acting.may(Permission.MANAGE_USERS)
        return JSONResponse(
            {
                "pageInfo": page_info(total=len(users), take=take, skip=skip),
                "results": [self._views.user(user, private=private) for user in page],
            }
        )

    async def get(self, incoming: Incoming) -> JSONResponse:
        private = incoming.acting.may(Permission.MANAGE_USERS)
        return JSONResponse(self._views.user(self._named(incoming), settings=True, private=private))

    async def quota(self, incoming: Incoming) -> JSONResponse:
        user, acting = self._named(incoming), incoming.acting
        manages = acting.may(Permission.MANAGE_USERS) and acting.may(Permission.MANAGE_REQUESTS)
        if user is not acting and not manages:
            raise Refused(403, "You do not have permission to view this user's request limits.")
        return JSONResponse(
            {
                "movie": quota_of(self._state, user, "movie").view(),
                "tv": quota_of(self._state, user, "tv").view(),
            }
        )

    async def requests(self, incoming: Incoming) -> JSONResponse:
        user, acting = self._named(incoming), incoming.acting
        if user is not acting and not acting.may(Permission.MANAGE_REQUESTS | Permission.REQUEST_VIEW):
            raise Refused(403, "You do not have permission to view this user's requests.")
        rows = [row for row in reversed(self._state.requests.values()) if row.requested_by is user]
        page, take, skip = paged(rows, incoming.query, default=20)
        return JSONResponse(
            {
                "pageInfo": page_info(total=len(rows), take=take, skip=skip),
                "results": [self._views.request(row) for row in page],
            }
        )

    async def import_from_plex(self, incoming: Incoming) -> JSONResponse:
        """Passes over accounts without an e-mail address, unknown ones and those already here."""
        wanted = incoming.body.get("plexIds")
        known = {user.plex_id for user in self._state.users.values()}
        known_emails = {user.email.lower() for user in self._state.users.values() if user.email}
        at = self._state.now()
        imported = []
        for friend in self._state.plex_friends.values():
            if not friend.email or friend.plex_id in known or friend.email.lower() in known_emails:
                continue
            if wanted is not None and str(friend.plex_id) not in wanted:
                continue
            user = User(
                id=self._state.next_id("user"),
                plex_id=friend.plex_id,
                email=friend.email.lower(),
                username=None,
                plex_username=friend.username,
                permissions=self._state.default_permissions,
                created_at=at,
                updated_at=at,
            )
            self._state.users[user.id] = user
            imported.append(user)
        return created([self._views.user(user) for user in imported])

    def _named(self, incoming: Incoming) -> User:
        user = self._state.users.get(incoming.path["userId"])
        if user is None:
            raise Refused(404, "User not found.")
        return user


def _matches(user: User, query: Json) -> bool:
    text = str(query.get("q", "")).lower()
    names = (user.username, user.plex_username, user.email)
    if text and not any(text in name.lower() for name in names if name):
        return False
    ids = query.get("includeIds")
    return not ids or str(user.id) in str(ids).split(",")
