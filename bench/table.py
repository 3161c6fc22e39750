"""The table all parts print into."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """`goal` and `limit` as in docs/performance.md; `met` is None where there is nothing to meet."""

    what: str
    ours: str
    goal: str = ""
    limit: str = ""
    met: bool | None = None
    ratio: float | None = None
    """To the limit case of the same run. What `bench.check` holds is of CPU time, also where `met` is of time."""


def show(rows: list[Row]) -> None:
    table = Table("what", "ours", "goal", "limit or peer, same run", "met")
    for row in rows:
        table.add_row(row.what, row.ours, row.goal, row.limit, {True: "yes", False: "NO", None: ""}[row.met])
    Console(width=160).print(table)
