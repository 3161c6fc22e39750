"""Everybody, as a table."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medianest.admin.asking import Operator
    from medianest_common.contracts.auth.operator import OperatorUser


async def everybody(auth: "Operator") -> "list[OperatorUser]":
    from medianest_common.contracts.auth.operator import OperatorListUsers

    found: list[OperatorUser] = []
    cursor: str | None = None
    while True:
        page = await auth.ask(OperatorListUsers(limit=500, cursor=cursor))
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def show(people: "Iterable[OperatorUser]") -> None:
    """Names are people's own text, so they are printed as they are and not read as markup."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("e-mail", "name", "role", "state", "signs in with", "2FA", "last seen (UTC)", box=None)
    for person in people:
        table.add_row(
            escape(person.email or "–"),
            escape(person.name),
            person.role,
            person.status,
            ", ".join(person.methods) or "nothing",
            "on" if person.second_factor else "–",
            f"{person.last_seen_at:%Y-%m-%d %H:%M}" if person.last_seen_at else "–",
        )
    console = Console()
    if not console.is_terminal:
        console.width = 200
    console.print(table)
