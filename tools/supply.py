"""What an installation is made of: the licences of its parts into docs/licences.md, and what an SBOM is made from.

`--check` writes nothing and says what is not allowed or not listed; `--requirements` prints the part of the lock that
an installation needs, without what only develops and tests it.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LICENCES = ROOT / "docs" / "licences.md"
LOCK = ROOT / "requirements.lock"
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0",
    "Public-Domain", "Unlicense",
}  # fmt: skip
APART = {
    "icmplib": "LGPL-3.0: a library of its own that anybody can replace",
    "mutagen": "GPL-2.0-or-later: used by yt-dlp, in a process of its own",
}
"""Outside of what is allowed, and why they are there all the same."""
_SPELT = {
    "apache 2.0": "Apache-2.0", "apache 2 license": "Apache-2.0", "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0", "3-clause bsd license": "BSD-3-Clause", "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause", "mit license": "MIT", "isc license": "ISC", "public domain": "Public-Domain",
    "bsd, public domain": "BSD-3-Clause AND Public-Domain", "the unlicense (unlicense)": "Unlicense",
    "gnu lesser general public license v3.0": "LGPL-3.0",
}  # fmt: skip
_NAME = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*])?==", re.MULTILINE)


def python_parts() -> dict[str, str]:
    """Each distribution that `medianest` needs here, by name, with its licence."""
    found: dict[str, str] = {}
    waiting, seen = [("medianest", frozenset[str]())], set[tuple[str, frozenset[str]]]()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        distribution = metadata.distribution(name)
        if not name.startswith("medianest"):
            found[name] = _licence(distribution)
        for text in distribution.requires or ():
            wanted = Requirement(text)
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": e}) for e in (*extras, "")):
                waiting.append((_normal(wanted.name), frozenset(wanted.extras)))
    return found


def page_parts() -> dict[str, str]:
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))["packages"]
    return {
        path.rpartition("node_modules/")[2]: package.get("license", "unknown")
        for path, package in packages.items()
        if "node_modules/" in path and not any(package.get(key) for key in ("dev", "devOptional", "link"))
    }


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(distribution: metadata.Distribution) -> str:
    said = distribution.metadata
    if expression := said.get("License-Expression"):
        return str(expression)
    classified = [c.split(" :: ")[-1] for c in said.get_all("Classifier") or () if c.startswith("License ::")]
    # Some put the whole text of their licence here.
    short = [text for text in (said.get("License") or "",) if text and "\n" not in text and len(text) < 60]
    text = str(next(iter((*short, *classified)), "unknown"))
    return _SPELT.get(text.lower(), text)


def _refused(parts: dict[str, str]) -> Iterator[str]:
    for name, licence in sorted(parts.items()):
        if name in APART and licence == APART[name].split(":")[0]:
            continue
        # One of several is enough with OR; all of them have to be allowed with AND.
        if "(" in licence and " OR " in licence and " AND " in licence:
            yield f"{name}: {licence!r} is to be read by a person; name it in APART"
            continue
        choices = [re.split(r"\s+AND\s+|[()\s]+", choice) for choice in re.split(r"\s+OR\s+", licence)]
        if not any(all(each in ALLOWED for each in choice if each) for choice in choices):
            yield f"{name}: {licence!r} is not on the list of tools/supply.py"


def _page(python: dict[str, str], page: dict[str, str]) -> str:
    lines = [
        "# Licences of what an installation holds",
        "Written by `make licences`; `make supply` compares. MediaNest itself is under the MIT licence.",
        "",
        *(f"`{name}` is {why}." for name, why in sorted(APART.items())),
    ]
    for title, parts in (("Python", python), ("The page", page)):
        lines += ["", f"## {title}", "| | |", "|---|---|"]
        lines += [f"| {name} | {licence} |" for name, licence in sorted(parts.items())]
    return "\n".join(lines) + "\n"


def _out_of_step(parts: dict[str, str], *, locked: set[str]) -> Iterator[str]:
    """Other platforms need a few parts more or less: a line is too much only where no lock knows it."""
    text = LICENCES.read_text("utf-8") if LICENCES.exists() else ""
    listed = dict(re.findall(r"^\| (\S+) \| (.+) \|$", text, re.MULTILINE))
    for name in sorted({*parts, *listed}):
        if parts.get(name, listed.get(name)) != listed.get(name) or (
            name not in parts and name not in locked
        ):
            yield f"{name}: docs/licences.md is not up to date; make licences"


def requirements() -> str:
    """The blocks of the lock, with their hashes, whose parts an installation needs."""
    wanted = python_parts()
    blocks = re.split(r"^(?=[a-z0-9])", LOCK.read_text("utf-8"), flags=re.MULTILINE)
    return "".join(b for b in blocks if (name := _NAME.match(b)) and _normal(name[1]) in wanted)


def main(*words: str) -> int:
    if "--requirements" in words:
        sys.stdout.write(requirements())
        return 0
    python, page = python_parts(), page_parts()
    if "--check" not in words:
        LICENCES.write_text(_page(python, page), "utf-8")
    locked = {_normal(name) for name in _NAME.findall(LOCK.read_text("utf-8"))} | set(page)
    wrong = [*_refused(python), *_refused(page), *_out_of_step({**python, **page}, locked=locked)]
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"licences: {len(python)} parts in Python, {len(page)} of the page, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
