"""What an import reads is kept first, page by page, and judged once all of it is there."""

from collections.abc import Iterable
from typing import Any

from medianest_common.contracts.media.importing import FindingKind, ImportStep, Outcome
from medianest_common.db import Transaction
from medianest_media.adapters.backend import BackendStatus
from medianest_media.adapters.overseerr_archive import (
    OVERLAP,
    RequestPage,
    TheirRequest,
    TheirUser,
    Unreadable,
    UserPage,
)
from medianest_media.models import Import
from medianest_media.repository.importing import ImportFindings

_MOST_PASSES = 3
_WAITED_FOR, _HISTORY = 0, 1
_LIVE = (BackendStatus.PENDING, BackendStatus.APPROVED, BackendStatus.FAILED)


async def keep_users(tx: Transaction, run: Import, page: UserPage) -> None:
    await ImportFindings(tx.session).keep(_people(run, page.users))
    run.skip += page.rows
    if page.last:
        run.step, run.skip = ImportStep.REQUESTS, 0


async def keep_requests(tx: Transaction, run: Import, page: RequestPage) -> None:
    """The list moves while it is read. Pages overlap, and a list that had more than was met is read once more."""
    findings = ImportFindings(tx.session)
    await findings.keep([_request(run, each) for each in page.requests])
    named = [each for each in page.requests if isinstance(each, TheirRequest)]
    people = [user for each in named for user in (each.requested_by, each.modified_by) if user]
    await findings.keep(_people(run, people), replace=False)
    run.total = page.total
    if run.passes == 0:
        run.unreadable += page.nameless
    if not page.last:
        run.skip += max(1, page.rows - OVERLAP)
        return
    run.skip, run.passes = 0, run.passes + 1
    met = await findings.number_of_requests(run.id) + run.unreadable
    if run.total is None or met >= run.total or run.passes >= _MOST_PASSES:
        run.step = ImportStep.JUDGING


def _people(run: Import, users: Iterable[TheirUser]) -> list[dict[str, Any]]:
    return [
        {
            "import_id": run.id,
            "kind": FindingKind.PERSON.value,
            "their_id": user.id,
            "rank": 0,
            "outcome": None,
            "odd": None,
            "plex_id": user.plex_id,
            "said": {"name": user.name},
        }
        for user in users
    ]


def _request(run: Import, theirs: TheirRequest | Unreadable) -> dict[str, Any]:
    found: dict[str, Any] = {
        "import_id": run.id,
        "kind": FindingKind.REQUEST.value,
        "plex_id": None,
        "rank": _HISTORY,
        "odd": None,
    }
    if isinstance(theirs, Unreadable):
        return found | {
            "their_id": theirs.id,
            "outcome": Outcome.UNREADABLE.value,
            "said": {"name": f"Request {theirs.id}"},
        }
    said: dict[str, Any] = theirs.model_dump(mode="json", exclude={"requested_by", "modified_by", "odd"})
    for name, user in (("requested_by", theirs.requested_by), ("modified_by", theirs.modified_by)):
        said[name] = user.id if user else None
    return found | {
        "their_id": theirs.request.id,
        "outcome": None,
        "rank": _WAITED_FOR if theirs.request.status in _LIVE else _HISTORY,
        "odd": theirs.odd,
        "said": said,
    }
