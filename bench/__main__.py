"""`python -m bench [PART]…`: measure, and print one table. With `--check` only what says the same on any machine, held
against generous bounds; what has become much dearer makes it end with 1."""

import importlib
import sys

import uvloop

from bench.table import show

PARTS = (
    "bus",
    "stack",
    "middleware",
    "tokens",
    "tracing",
    "requests",
    "replicas",
    "growth",
    "backlog",
    "figures",
    "sign_in_flood",
    "plex_search",
    "plex_sync",
    "youtube",
    "download_queue",
    "connections",
    "live",
    "health",
    "dashboard",
    "idle",
    "page",
)


def main() -> None:
    if sys.argv[1:] == ["--check"]:
        rows = uvloop.run(importlib.import_module("bench.check").measure())
        show(rows)
        sys.exit(any(row.met is False for row in rows))
    wanted = sys.argv[1:] or list(PARTS)
    unknown = set(wanted) - set(PARTS)
    if unknown:
        sys.exit(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.")
    rows = []
    for part in wanted:
        print(f"measuring {part} …", file=sys.stderr, flush=True)
        rows.extend(uvloop.run(importlib.import_module(f"bench.{part}").measure()))
    show(rows)


if __name__ == "__main__":
    main()
