"""What the databases of known weaknesses say of the parts, for `make audit`. Ends with 1 where something was found, and
with 2 where nobody could be asked: then nothing is known, which is not the same as nothing found.

Each file is what a program said: `python=…` by pip-audit, `page=…` by npm audit, both as JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any

FOUND, UNKNOWN = 1, 2


def main(*named: str) -> int:
    worst = 0
    for each in named:
        what, _, file = each.partition("=")
        path = Path(file)
        try:
            said = json.loads(path.read_text("utf-8")) if path.is_file() else None
        except ValueError:
            said = None
        looked_at, found = (_by_pip if what == "python" else _by_npm)(said if isinstance(said, dict) else {})
        if not looked_at:
            print(f"{what}: NO DATA: nobody who knows of weaknesses could be asked, so nothing was looked at")
            worst = max(worst, UNKNOWN)
            continue
        print("\n".join([f"{what}: {looked_at} parts looked at, {len(found)} weaknesses known", *found]))
        worst = max(worst, FOUND if found else 0)
    return worst if named else UNKNOWN


def _by_pip(said: dict[str, Any]) -> tuple[int, list[str]]:
    """What was skipped was not looked at."""
    parts = [part for part in said.get("dependencies", ()) if "vulns" in part]
    weaknesses = [(part, weakness) for part in parts for weakness in part["vulns"]]
    return len(parts), [
        f"  {part['name']} {part['version']}: {weakness['id']}, mended in {_or_nothing(weakness['fix_versions'])}"
        for part, weakness in weaknesses
    ]


def _or_nothing(versions: list[str]) -> str:
    return " and ".join(versions) or "nothing yet"


def _by_npm(said: dict[str, Any]) -> tuple[int, list[str]]:
    looked_at = said.get("metadata", {}).get("dependencies", {}).get("total", 0)
    return looked_at, [
        f"  {name}: {weakness['severity']}, in {weakness['range']}"
        for name, weakness in said.get("vulnerabilities", {}).items()
    ]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
