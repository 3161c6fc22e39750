"""What each language has its own words for: lists, numbers, seasons, dates. The words lie in `templates/<locale>`."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from medianest_notifications.rendering.text import isolated

LOCALES = ("en", "de")
DEFAULT = LOCALES[0]
WORDS = "words.toml"
_SHORTEST_RUN = 4
"""From this many on, numbers that follow each other are written as `1–4`."""


def best_locale(tag: str | None) -> str:
    """`de-AT` is served in German, what we do not speak in English."""
    language = (tag or DEFAULT).replace("_", "-").split("-", 1)[0].lower()
    return language if language in LOCALES else DEFAULT


@dataclass(frozen=True, slots=True)
class Words:
    """`tables` are words by what stands for them in a message, such as `issue_kind` → `video` → “the picture”."""

    locale: str
    tables: dict[str, dict[str, str]]
    months: tuple[str, ...]

    def word(self, key: Any, table: str) -> str:
        words = self.tables[table]
        return words[str(key)] if str(key) in words else words.get("other", "")

    def listed(self, items: Sequence[Any]) -> str:
        """`a`, `a and b`, `a, b and c`."""
        texts = [str(item) for item in items]
        if len(texts) < 2:
            return "".join(texts)
        return f"{', '.join(texts[:-1])} {self._of('list', 'and')} {texts[-1]}"

    def seasons(self, numbers: Sequence[int]) -> str:
        """`season 2`, `seasons 1, 2 and 3`, `seasons 1–8`, `specials`, `season 1 and specials`."""
        ordered = sorted(set(numbers))
        regular = _runs([number for number in ordered if number > 0])
        parts = []
        if regular:
            one = len(regular) == 1 and regular[0].isdigit()
            parts.append(f"{self._of('season', 'one' if one else 'many')} {self.listed(regular)}")
        if 0 in ordered:
            parts.append(self._of("season", "specials"))
        return self.listed(parts)

    def title(self, values: dict[str, Any]) -> str:
        """`Dune (2021)`, `Dark (2017), seasons 1 and 2`, `Dune (2021) in 4K`."""
        text = _named(values)
        if values.get("seasons"):
            text += f", {self.seasons(values['seasons'])}"
        return f"{text} {self._of('season', '4k')}" if values.get("is_4k") else text

    def place(self, values: dict[str, Any]) -> str:
        """`Dune (2021)`, `Dark (2017), season 1`, `Dark (2017), season 1, episode 2`."""
        text = _named(values)
        if values.get("season") is not None:
            text += f", {self.seasons([values['season']])}"
        if values.get("episode") is None:
            return text
        return f"{text}, {self._of('season', 'episode')} {values['episode']}"

    def date(self, moment: Any, zone: str) -> str:
        local = _local(moment, zone)
        return self._of("date", "date").format(
            day=local.day, month=self.months[local.month - 1], year=local.year
        )

    def time(self, moment: Any, zone: str) -> str:
        return self._of("date", "time").format(time=f"{_local(moment, zone):%H:%M}")

    def moment(self, moment: Any, zone: str) -> str:
        return self._of("date", "moment").format(date=self.date(moment, zone), time=self.time(moment, zone))

    def _of(self, table: str, key: str) -> str:
        return self.tables[table][key]


@cache
def words_of(locale: str) -> Words:
    place = files("medianest_notifications.rendering") / "templates" / locale / WORDS
    tables = tomllib.loads(place.read_text("utf-8"))
    months = tuple(tables.pop("months")["names"])
    return Words(locale=locale, tables=tables, months=months)


def _named(values: dict[str, Any]) -> str:
    title = isolated(str(values["title"]))
    return f"{title} ({values['year']})" if values.get("year") else title


def _runs(numbers: Sequence[int]) -> list[str]:
    """`[1, 2, 3, 4, 7]` → `["1–4", "7"]`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    texts: list[str] = []
    for run in runs:
        texts += [f"{run[0]}–{run[-1]}"] if len(run) >= _SHORTEST_RUN else [str(number) for number in run]
    return texts


def _local(moment: Any, zone: str) -> datetime:
    at = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    try:
        return at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        return at
