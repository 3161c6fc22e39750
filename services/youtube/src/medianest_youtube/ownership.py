"""Whose download it is."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from medianest_common.bus import require_caller
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Transaction
from medianest_common.errors import NotFound
from medianest_youtube.models import Asset, Download
from medianest_youtube.repository.assets import Assets


class DownloadNotFound(NotFound):
    pass


class Owned(NamedTuple):
    wish: Download
    asset: Asset
    others: Sequence[Download]
    """Of other people for the same."""


async def own_download(tx: Transaction, download_id: UUID) -> Owned:
    """Locked, and the caller's own, or an administrator calls. Raises `DownloadNotFound`."""
    caller = require_caller()
    asset_id = await tx.session.scalar(select(Download.asset_id).where(Download.id == download_id))
    # The asset first, as everybody does who locks both.
    asset = await Assets(tx.session).get(asset_id, lock=True) if asset_id else None
    wish = await tx.session.get(Download, download_id, with_for_update={"key_share": True})
    if asset is None or wish is None or not may_act_on(wish, caller):
        raise DownloadNotFound("There is no such download, or it is somebody else's.")
    return Owned(wish, asset, await others_who_want(tx, wish))


async def others_who_want(tx: Transaction, wish: Download) -> Sequence[Download]:
    """The asset must be locked. What somebody left to the household keeps nobody from deleting it."""
    wishes = await Assets(tx.session).wishes(wish.asset_id)
    return [other for other in wishes if other.id != wish.id and other.user_id != NOBODY]


def may_act_on(wish: Download, caller: Caller) -> bool:
    return wish.user_id == caller.user_id or caller.is_admin
