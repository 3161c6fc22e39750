"""A page of downloads: everybody's for an administrator, one's own otherwise.

It follows the ids, which follow the order of asking. States that are rare have an index that leads to them; of those
that are common a page is full after a few rows.
"""

from typing import Any
from uuid import UUID

from medianest_common.bus import require_caller
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import Download, ListDownloads
from medianest_common.folding import prefix_query
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_youtube.app import YoutubeApp
from medianest_youtube.download_views import read_downloads

_ORDER = "downloads"
_OF_ASSET = "exists (select 1 from assets a where a.id = d.asset_id and {})"


async def list_downloads(app: YoutubeApp, query: ListDownloads) -> Page[Download]:
    caller = require_caller()
    conditions, values = conditions_of(query, caller)
    found = await read_downloads(
        app,
        f"{' and '.join(conditions)} order by d.id desc limit :rows",
        for_admin=caller.is_admin,
        rows=query.limit + 1,
        **values,
    )
    page = list(found[: query.limit])
    following = encode_cursor(_ORDER, page[-1].id) if len(found) > query.limit else None
    return Page(items=page, next_cursor=following)


def conditions_of(query: ListDownloads, caller: Caller) -> tuple[list[str], dict[str, Any]]:
    """Of the table `downloads d`."""
    conditions, values = ["d.removed_at is null"], dict[str, Any]()
    if query.mine or not caller.is_admin:
        conditions.append("d.user_id = :owner")
        values["owner"] = caller.user_id
    if query.batch_id is not None:
        conditions.append("d.batch_id = :batch_id")
        values["batch_id"] = query.batch_id
    if query.subscription_id is not None:
        conditions.append("d.subscription_id = :subscription_id")
        values["subscription_id"] = query.subscription_id
    if query.status is not None:
        conditions.append(_in_state(query.status))
        values["status"] = query.status.value
    if query.q is not None:
        words = prefix_query(query.q)
        conditions.append(
            _OF_ASSET.format("to_tsvector('simple', a.title_words) @@ to_tsquery('simple', :words)")
            if words
            else "false"
        )
        if words:
            values["words"] = words
    if query.cursor:
        conditions.append("d.id < :before")
        (values["before"],) = decode_cursor(query.cursor, _ORDER, UUID)
    return conditions, values


def _in_state(status: DownloadStatus) -> str:
    """As `download_views.status_of` has it: for whoever has withdrawn it is over."""
    same = _OF_ASSET.format("a.status = :status")
    if status is DownloadStatus.REMOVED:
        return same
    if status is DownloadStatus.CANCELLED:
        gone = _OF_ASSET.format("a.status <> 'removed'")
        return f"({same} or (d.ended_at is not null and {gone}))"
    return f"d.ended_at is null and {same}"
