"""What is left to say of what has waited: of each matter its newest state, and nothing that was just said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from medianest_common.contracts.notifications import NotificationType
from medianest_notifications.planning.decision import WHILE


@dataclass(frozen=True, slots=True)
class Statement:
    """One delivery, by what it says: `seq` is its place in the person's inbox, `at` when it came up or was said."""

    id: UUID
    seq: int
    type: NotificationType
    title: str
    collapse_key: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Merged:
    """`going` in order; `left_out` have become part of another one, or are said already."""

    going: list[Statement]
    left_out: list[Statement]


def merge(waiting: Sequence[Statement], *, last_said: Mapping[str, Statement]) -> Merged:
    """`last_said` holds by collapse key what the same channel was told last."""
    newest: dict[str, Statement] = {}
    for statement in waiting:
        key = statement.collapse_key
        if key is not None and (key not in newest or newest[key].seq < statement.seq):
            newest[key] = statement
    merged = Merged([], [])
    for statement in sorted(waiting, key=lambda each: each.seq):
        key = statement.collapse_key
        goes = key is None or (statement is newest[key] and _is_news(statement, last_said.get(key)))
        (merged.going if goes else merged.left_out).append(statement)
    return merged


def _is_news(statement: Statement, said: Statement | None) -> bool:
    """A state that was said last, and long enough ago, is news again: something was in between."""
    if said is None:
        return True
    if said.seq > statement.seq:
        return False
    same = (said.type, said.title) == (statement.type, statement.title)
    return not same or statement.at - said.at > WHILE
