"""Plex's catalogue of everything, where watchlists are. Each call is made with the person's own account token, which
goes out in a header and nowhere else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from medianest_common.clock import Clock
from medianest_common.contracts.plex.watchlist import LONGEST_TITLE, MOST_ITEMS
from medianest_common.errors import MediaNestError, NotFound, Unavailable
from medianest_common.http import AddressPolicy, OutgoingClient, Response, Retry, Timeouts, UpstreamRefused
from medianest_plex.adapters.coercion import Document, entries, to_int, to_text
from medianest_plex.adapters.guids import external_ids

_TIMEOUTS = Timeouts(connect=3.0, read=8.0, total=10.0)
_PAGE = 100
_MOST_READ = 3 * MOST_ITEMS
"""Of what is beyond `MOST_ITEMS` only the keys are told, so that it does not look as if it had left."""
_KEY = re.compile(r"[0-9A-Za-z]{1,64}")
_LIST = "/library/sections/watchlist/all"


class AccountTokenRefused(MediaNestError):
    """plex.tv no longer takes what this person has signed in with."""

    code = "ACCOUNT_TOKEN_REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTitle:
    rating_key: str
    is_show: bool
    title: str
    year: int | None
    tmdb_id: int | None
    """None where the list does not say it; the title's own page may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadList:
    """`unread` are keys of entries that say nothing else, or that are too many; `nameless` has not even keys."""

    titles: tuple[ListedTitle, ...]
    etag: str | None
    unread: tuple[str, ...] = ()
    nameless: bool = False


@dataclass(frozen=True, slots=True)
class _Page:
    titles: tuple[ListedTitle, ...]
    unread: tuple[str, ...]
    nameless: bool
    rows: int
    total: int
    etag: str | None


class Discover:
    """Ends in an answer, in `AccountTokenRefused`, `TooManyRequests`, or another outage."""

    def __init__(self, base_url: str, *, headers: Mapping[str, str], clock: Clock) -> None:
        self._client = OutgoingClient(
            "Plex watchlists",
            base_url,
            policy=AddressPolicy.OPERATOR,
            headers=headers,
            timeouts=_TIMEOUTS,
            retry=Retry(attempts=1),
            concurrency=2,
            clock=clock,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def watchlist(self, token: str, *, etag: str | None) -> ReadList | None:
        """None when nothing has changed since `etag`. Never a part of a list: a hole would look like a removal."""
        first = await self._page(token, start=0, etag=etag)
        if first is None:
            return None
        pages, read = [first], first.rows
        while read < min(first.total, _MOST_READ):
            page = await self._page(token, start=read, etag=None)
            if page is None or not page.rows or page.total != first.total:
                raise _in_motion()
            pages.append(page)
            read += page.rows
        found = list({title.rating_key: title for page in pages for title in page.titles}.values())
        return ReadList(
            titles=tuple(found[:MOST_ITEMS]),
            etag=first.etag,
            unread=tuple(
                [key for page in pages for key in page.unread]
                + [title.rating_key for title in found[MOST_ITEMS:]]
            ),
            nameless=read < first.total or any(page.nameless for page in pages),
        )

    async def tmdb_id(self, token: str, rating_key: str) -> int | None:
        def read(response: Response) -> int | None:
            found = entries(_container(response).get("Metadata"))
            return external_ids(found[0]).tmdb if found else None

        try:
            return await self._ask("GET", f"/library/metadata/{rating_key}", read, token=token)
        except NotFound:
            return None

    async def remove(self, token: str, rating_key: str) -> None:
        """What is not on the list is gone all the same."""
        try:
            await self._ask(
                "PUT",
                "/actions/removeFromWatchlist",
                lambda _: None,
                token=token,
                params={"ratingKey": rating_key},
            )
        except NotFound:
            return

    async def _page(self, token: str, *, start: int, etag: str | None) -> _Page | None:
        headers = {"If-None-Match": etag} if etag else {}
        params = {"X-Plex-Container-Start": start, "X-Plex-Container-Size": _PAGE, "includeGuids": 1}
        return await self._ask("GET", _LIST, _listed, token=token, params=params, headers=headers)

    async def _ask[T](
        self,
        method: str,
        path: str,
        parse: Callable[[Response], T],
        *,
        token: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        sent = {"X-Plex-Token": token, **(headers or {})}
        try:
            return await self._client.request_as(
                method, path, parse, headers=sent, params={k: str(v) for k, v in (params or {}).items()}
            )
        except UpstreamRefused as refused:
            if refused.upstream_status in (401, 403):
                raise AccountTokenRefused("Sign in with Plex again.", upstream="plex.tv") from None
            if refused.upstream_status == 404:
                raise NotFound("Plex has no such title.") from None
            raise


def _listed(response: Response) -> _Page | None:
    if response.status == 304:
        return None
    container = _container(response)
    total = to_int(container.get("totalSize"))
    listed = container.get("Metadata")
    rows = entries(listed)
    count = len(listed) if isinstance(listed, list) else len(rows)
    if total is None or total < 0:
        raise ValueError("a list that does not say how long it is")
    etag = response.headers.get("etag")
    ours = [row for row in rows if not _is_of_another_kind(row)]
    read = [(_key(row), _title(row)) for row in ours]
    return _Page(
        titles=tuple(title for _, title in read if title is not None),
        unread=tuple(key for key, title in read if key is not None and title is None),
        nameless=len(rows) < count or any(key is None for key, _ in read),
        rows=count,
        total=total,
        etag=etag if etag and etag.isascii() and len(etag) < 300 else None,
    )


def _is_of_another_kind(item: Document) -> bool:
    kind = item.get("type")
    return isinstance(kind, str) and kind not in ("movie", "show")


def _key(item: Document) -> str | None:
    key = item.get("ratingKey")
    return key if isinstance(key, str) and _KEY.fullmatch(key) else None


def _title(item: Document) -> ListedTitle | None:
    key, kind, title = _key(item), item.get("type"), to_text(item.get("title"), longest=LONGEST_TITLE)
    if key is None or kind not in ("movie", "show") or title is None:
        return None
    year = to_int(item.get("year"))
    return ListedTitle(
        rating_key=key,
        is_show=kind == "show",
        title=title,
        year=year if year and 1800 < year < 2200 else None,
        tmdb_id=external_ids(item).tmdb,
    )


def _container(response: Response) -> Document:
    document = response.json()
    container = document.get("MediaContainer") if isinstance(document, Mapping) else None
    if not isinstance(container, Mapping):
        raise TypeError("not a container")
    return container


def _in_motion() -> MediaNestError:
    return Unavailable("The watchlist has changed while it was read.", upstream="plex.tv", retry_after=5)
