"""Why something did not work, as our own services say it, in other languages than theirs.

They say it in whole English sentences from a small set. Those stand in `templates/<locale>/reasons.toml`, where `{}` is
a name or a number. Whatever else a reason says, people or outside systems have said it, and it stays as it is.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

REASONS = "reasons.toml"
NAMES = frozenset({"reason", "problem", "answer"})
"""The values of notifications that are such."""
TYPED = "typed"
"""Set where what stands there are a person's own words."""
_LONGEST = 500
_END = re.compile(r"(?<=\.) (?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Reasons:
    whole: Mapping[str, str]
    with_gaps: tuple[tuple[re.Pattern[str], str], ...]

    def said(self, text: str) -> str:
        """In that language, if there are words for all of it: half a translation helps nobody."""
        if not self.whole or len(text) > _LONGEST:
            return text
        whole = self._sentence(text)
        if whole is not None:
            return whole
        words: list[str] = []
        for each in _END.split(text):
            sentence = self._sentence(each)
            if sentence is None:
                return text
            words.append(sentence)
        return " ".join(words)

    def _sentence(self, text: str) -> str | None:
        sentence = f"{text.rstrip('.')}."
        if sentence in self.whole:
            return self.whole[sentence]
        for pattern, words in self.with_gaps:
            if found := pattern.fullmatch(sentence):
                return words.format(*found.groups())
        return None


@cache
def reasons_of(locale: str) -> Reasons:
    file = files("medianest_notifications.rendering") / "templates" / locale / REASONS
    sentences: dict[str, str] = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    # What has more words of its own is the better match.
    gaps = sorted((each for each in sentences if "{}" in each), key=len, reverse=True)
    return Reasons(
        whole={each: words for each, words in sentences.items() if "{}" not in each},
        with_gaps=tuple((_pattern(each), sentences[each]) for each in gaps),
    )


def _pattern(sentence: str) -> re.Pattern[str]:
    """A name has no sentence in it, and is no longer than names are."""
    return re.compile(r"((?:(?!\. )[^\n]){1,60}?)".join(map(re.escape, sentence.split("{}"))))
