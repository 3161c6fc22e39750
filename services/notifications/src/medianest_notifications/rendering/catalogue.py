"""The built-in wordings: `templates/<locale>/<subject>.toml` hold a title and a body for each type, and others for
single channels where these need fewer or other words."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from medianest_notifications.rendering.reasons import REASONS
from medianest_notifications.rendering.words import WORDS

ANY = "any"
INBOX = "inbox"


@dataclass(frozen=True, slots=True)
class Wording:
    title: str
    body: str


@cache
def built_in(locale: str) -> Mapping[tuple[str, str], Wording]:
    """By type and channel, where `ANY` stands for every channel that has no words of its own."""
    folder = files("medianest_notifications.rendering") / "templates" / locale
    found: dict[tuple[str, str], Wording] = {}
    for file in folder.iterdir():
        if file.name.endswith(".toml") and file.name not in (WORDS, REASONS):
            for key, wording in _read(tomllib.loads(file.read_text("utf-8"))):
                assert key not in found, f"{locale}/{file.name} has {key} a second time"
                found[key] = wording
    return found


def _read(tables: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Wording]]:
    for name, table in tables.items():
        common = Wording(title=table["title"], body=table["body"])
        yield (name, ANY), common
        for channel, words in table.items():
            if isinstance(words, dict):
                yield (
                    (name, channel),
                    Wording(title=words.get("title", common.title), body=words.get("body", common.body)),
                )
