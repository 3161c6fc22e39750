"""What a scan finds in a folder that really exists, by the names that Plex's scanners understand."""

import re
from collections.abc import Iterator
from pathlib import Path

from .items import Item, Section
from .library import FakeLibrary

_VIDEOS = frozenset({".mp4", ".mkv", ".webm", ".m4v"})
_EPISODE = re.compile(r"(?i)(?:^|[ ._-])s(\d{1,4})e(\d{1,7})(?:[ ._-]+(.*))?$")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")


def look_through(library: FakeLibrary, section: Section, path: str | None) -> None:
    """Files that have come become items, and items whose file has gone are removed. Other items are left alone."""
    root = Path(section.path)
    if not root.is_dir():
        return
    below = Path(path) if path else root
    if path and not below.is_relative_to(root):
        return
    known = {item.file: item for item in library.items.values() if item.file and item.section is section}
    there = {str(file) for file in _videos(below)}
    for file in sorted(there - known.keys()):
        _add(library, section, Path(file))
    for file, item in known.items():
        if Path(file).is_relative_to(below) and file not in there and item.key in library.items:
            library.remove(item.rating_key)


def _videos(below: Path) -> Iterator[Path]:
    if not below.is_dir():
        return
    for file in below.rglob("*"):
        hidden = any(part.startswith(".") for part in file.relative_to(below).parts)
        if file.suffix.lower() in _VIDEOS and file.is_file() and not hidden:
            yield file


def _add(library: FakeLibrary, section: Section, file: Path) -> None:
    """A library of shows takes only what looks like an episode, one of films only what does not."""
    episode = _EPISODE.search(file.stem)
    if section.type == "show" and episode:
        season, number, rest = int(episode[1]), int(episode[2]), episode[3]
        folder = file.relative_to(section.path).parts[0]
        show = _show(library, section, folder)
        key = library.add_episode(show.rating_key, season, number, title=rest or f"Episode {number}")
    elif section.type == "movie" and not episode and not _DATED.search(file.stem):
        key = library.add_movie(file.stem, section=section.title)
    else:
        return
    library.item(key).file = str(file)


def _show(library: FakeLibrary, section: Section, title: str) -> Item:
    for item in library.items.values():
        if item.type == "show" and item.section is section and item.title == title:
            return item
    return library.item(library.add_show(title, section=section.title))
