"""`python -m bench [PART]…`: measure, and print one table."""

import importlib
import sys

import uvloop

from bench.table import Row, show

PARTS = (
    "bus",
    "stack",
    "middleware",
    "tokens",
    "requests",
    "growth",
    "figures",
    "sign_in_flood",
    "plex_search",
    "plex_sync",
    "youtube",
    "connections",
    "live",
    "health",
    "dashboard",
    "idle",
)


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    unknown = set(wanted) - set(PARTS)
    if unknown:
        sys.exit(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.")
    rows: list[Row] = []
    for part in wanted:
        print(f"measuring {part} …", file=sys.stderr, flush=True)
        rows.extend(uvloop.run(importlib.import_module(f"bench.{part}").measure()))
    show(rows)


if __name__ == "__main__":
    main()
