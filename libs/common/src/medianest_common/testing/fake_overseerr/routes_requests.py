"""Requests: list, count, make, change, decide."""

import asyncio

from starlette.responses import JSONResponse, Response

from .endpoint import Endpoint, Incoming, created, nothing, paged
from .numbers import MediaStatus, Permission, RequestStatus
from .refusals import Refused
from .requesting import Requesting
from .state import RequestRow, State
from .transitions import Transitions
from .views import Json, Views, page_info

_SEES_ALL = Permission.MANAGE_REQUESTS | Permission.REQUEST_VIEW
_UNDER_WAY = {
    MediaStatus.UNKNOWN,
    MediaStatus.PENDING,
    MediaStatus.PROCESSING,
    MediaStatus.PARTIALLY_AVAILABLE,
}
_NOT_BLOCKED = set(MediaStatus) - {MediaStatus.BLOCKLISTED}


class RequestRoutes:
    def __init__(
        self, state: State, *, views: Views, requesting: Requesting, transitions: Transitions
    ) -> None:
        self._state = state
        self._views = views
        self._requesting = requesting
        self._transitions = transitions

    def endpoints(self) -> list[Endpoint]:
        manage = Permission.MANAGE_REQUESTS
        return [
            Endpoint("GET", "/request", self.list),
            Endpoint("POST", "/request", self.create),
            Endpoint("GET", "/request/count", self.count),
            Endpoint("GET", "/request/{requestId}", self.get),
            Endpoint("PUT", "/request/{requestId}", self.edit),
            Endpoint("DELETE", "/request/{requestId}", self.delete),
            Endpoint("POST", "/request/{requestId}/retry", self.retry, manage),
            Endpoint("POST", "/request/{requestId}/{status}", self.decide, manage),
        ]

    async def list(self, incoming: Incoming) -> JSONResponse:
        query, acting = incoming.query, incoming.acting
        sees_all = acting.may(_SEES_ALL)
        requested_by = query.get("requestedBy")
        if not sees_all and requested_by and requested_by != acting.id:
            raise Refused(403, "You do not have permission to view this user's requests.")
        owner = requested_by if sees_all else acting.id
        statuses, media_statuses = self._filter(query.get("filter", "all"))
        rows = [
            row
            for row in self._state.requests.values()
            if row.status in statuses
            and row.media.availability(is_4k=row.is_4k) in media_statuses
            and owner in (None, row.requested_by.id)
            and query.get("mediaType", "all") in ("all", row.kind)
        ]
        rows.sort(key=lambda row: _order(row, query.get("sort")), reverse=query.get("sortDirection") != "asc")
        page, take, skip = paged(rows, query)
        can_remove = acting.may(Permission.MANAGE_REQUESTS)
        answer: Json = {
            "pageInfo": page_info(total=len(rows), take=take, skip=skip),
            "results": [
                self._views.request(row, can_remove=row.media.service_id is not None if can_remove else None)
                for row in page
            ],
        }
        if self._state.flavour == "seerr":
            if self._state.arr_configured and self._state.arr_delay:
                await asyncio.sleep(self._state.arr_delay)
            answer["serviceErrors"] = {"radarr": [], "sonarr": []}
        return JSONResponse(answer)

    async def create(self, incoming: Incoming) -> JSONResponse:
        request = await self._requesting.create(incoming.body, incoming.acting)
        answer = self._views.created_request(request)
        self._transitions.submitted(request)
        return created(answer)

    async def count(self, incoming: Incoming) -> JSONResponse:
        rows = list(self._state.requests.values())
        approved = [row for row in rows if row.status == RequestStatus.APPROVED]
        here = sum(row.media.availability(is_4k=row.is_4k) == MediaStatus.AVAILABLE for row in approved)

        def having(status: RequestStatus) -> int:
            return sum(row.status == status for row in rows)

        counts = {
            "total": len(rows),
            "movie": sum(row.kind == "movie" for row in rows),
            "tv": sum(row.kind == "tv" for row in rows),
            "pending": having(RequestStatus.PENDING),
            "approved": len(approved),
            "declined": having(RequestStatus.DECLINED),
            "processing": len(approved) - here,
            "available": here,
        }
        if self._state.flavour == "seerr":
            counts["completed"] = having(RequestStatus.COMPLETED)
        return JSONResponse(counts)

    async def get(self, incoming: Incoming) -> JSONResponse:
        request = self._named(incoming)
        if request.requested_by is not incoming.acting and not incoming.acting.may(_SEES_ALL):
            raise Refused(403, "You do not have permission to view this request.")
        return self._shown(request)

    async def edit(self, incoming: Incoming) -> JSONResponse:
        request = await self._requesting.edit(self._named(incoming), incoming.body, incoming.acting)
        return self._shown(request)

    async def delete(self, incoming: Incoming) -> Response:
        """Anybody may delete a request that is pending."""
        request, acting = self._named(incoming), incoming.acting
        if (
            not acting.may(Permission.MANAGE_REQUESTS)
            and request.requested_by is not acting
            and request.status != RequestStatus.PENDING
        ):
            raise Refused(401, "You do not have permission to delete this request.")
        self._transitions.remove(request)
        return nothing()

    async def retry(self, incoming: Incoming) -> JSONResponse:
        request = self._named(incoming)
        self._transitions.retry(request, incoming.acting)
        return self._shown(request)

    async def decide(self, incoming: Incoming) -> JSONResponse:
        request = self._named(incoming)
        if incoming.path["status"] == "approve":
            self._transitions.approve(request, incoming.acting)
        else:
            self._transitions.decline(request, incoming.acting)
        return self._shown(request)

    def _shown(self, request: RequestRow) -> JSONResponse:
        return JSONResponse(self._views.request(request, listed=False))

    def _named(self, incoming: Incoming) -> RequestRow:
        text = str(incoming.path["requestId"])
        request = self._state.requests.get(int(text)) if text.isascii() and text.isdecimal() else None
        if request is None:
            raise Refused(404, "Request not found.")
        return request

    def _filter(self, name: str) -> tuple[set[RequestStatus], set[MediaStatus]]:
        seerr = self._state.flavour == "seerr"
        fulfilled = RequestStatus.COMPLETED if seerr else RequestStatus.APPROVED
        match name:
            case "approved":
                return {RequestStatus.APPROVED}, _NOT_BLOCKED
            case "processing":
                return {RequestStatus.APPROVED}, _UNDER_WAY
            case "pending":
                return {RequestStatus.PENDING}, _NOT_BLOCKED
            case "unavailable":
                return {RequestStatus.PENDING, RequestStatus.APPROVED}, _UNDER_WAY
            case "failed":
                return {RequestStatus.FAILED}, _NOT_BLOCKED
            case "available":
                return {fulfilled}, {MediaStatus.AVAILABLE}
            case "completed":
                return {RequestStatus.COMPLETED}, _NOT_BLOCKED
            case "deleted":
                return {RequestStatus.COMPLETED}, {MediaStatus.DELETED}
            case _:
                return set(RequestStatus), _NOT_BLOCKED


def _order(row: RequestRow, sort: str | None) -> tuple[float, int]:
    match sort:
        case "modified":
            return row.updated_at.timestamp(), row.id
        case "added":
            return row.created_at.timestamp(), row.id
        case _:
            return 0.0, row.id
