"""`medianest admin import-overseerr`: starts an import, waits for it, and says what it has found."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medianest.errors import Refused

if TYPE_CHECKING:
    from medianest.admin.asking import Operator
    from medianest_common.contracts.media.importing import Finding, FindingKind, ImportRun, Outcome

_LOOK_SECONDS = 0.5
_QUIET_SECONDS = 20 * 60.0
"""An import that does not move for a quarter of an hour ends by itself. This is for when nobody is there to end it."""
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Report:
    run: "ImportRun"
    people: "list[Finding]"
    conflicts: "list[Finding]"


async def run_import(media: "Operator", *, apply: bool, say: Callable[[str], None]) -> Report:
    from medianest_common.contracts.media.importing import (
        FindingKind,
        ImportState,
        OperatorGetImports,
        OperatorStartImport,
        Outcome,
    )

    run = await media.ask(OperatorStartImport(dry_run=not apply))
    said, moved_at = "", time.monotonic()
    while run.state is ImportState.RUNNING:
        if time.monotonic() - moved_at > _QUIET_SECONDS:
            raise Refused(
                "The import does not move on. See that the media service runs, then start it again; "
                "what was taken over stays and is not taken over twice."
            )
        await asyncio.sleep(_LOOK_SECONDS)
        last = await media.ask(OperatorGetImports())
        run = (last.real if apply else last.dry_run) or run
        now = (
            run.problem
            or f"{run.read} of {run.total if run.total is not None else '?'} requests read, {run.judged} judged"
        )
        if now != said:
            say(now)
            said, moved_at = now, time.monotonic()
    if run.state is ImportState.FAILED:
        raise Refused(run.problem or "The import has failed.")
    strangers = [
        each
        for outcome in (Outcome.TO_INVITE, Outcome.NO_PLEX)
        for each in await _findings(media, run, FindingKind.PERSON, outcome)
    ]
    return Report(run, strangers, await _findings(media, run, FindingKind.REQUEST, Outcome.CONFLICT))


async def _findings(
    media: "Operator", run: "ImportRun", kind: "FindingKind", outcome: "Outcome"
) -> "list[Finding]":
    """Not all of very many: the portal shows them by pages."""
    from medianest_common.contracts.media.importing import OperatorListFindings

    found: list[Finding] = []
    cursor: str | None = None
    while True:
        page = await media.ask(
            OperatorListFindings(import_id=run.id, about=kind, outcome=outcome, cursor=cursor)
        )
        found += page.items
        cursor = page.next_cursor
        if cursor is None or len(found) >= _MOST_SHOWN:
            return found


def show(report: Report) -> None:
    """Names and titles are other people's text, so they are printed as they are and not read as markup."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    run, console = report.run, Console()
    if not console.is_terminal:
        console.width = 200
    would = "would be taken over" if run.dry_run else "taken over"
    requests = {outcome.value: n for outcome, n in run.counts.requests.items()}
    people = {outcome.value: n for outcome, n in run.counts.people.items()}
    console.print(
        f"Requests: {requests['new']} {would}, {requests['known']} here already, "
        f"{requests['conflict']} in conflict, {requests['unreadable'] + run.unreadable} unreadable."
    )
    console.print(
        f"People: {people['matched']} have an account here, {people['to_invite']} have none yet, "
        f"{people['no_plex']} have no Plex account there, {people['left']} have left."
    )
    for value in run.unknown_values:
        console.print(f"{value.requests} with {escape(value.value)}, which is not known here.")
    for title, rows in (("without an account here", report.people), ("in conflict", report.conflicts)):
        if rows:
            table = Table(title, "why", box=None)
            for each in rows[:_MOST_SHOWN]:
                table.add_row(escape(each.name), escape(each.reason or ""))
            console.print(table)
    if run.dry_run:
        console.print("Nothing was changed. Run it with --apply to take this over.")
