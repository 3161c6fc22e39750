"""The words by which an item is found, and the words that somebody may have meant.

Three kinds of word stand side by side in the index: those of the titles as they are, `~` before what goes with a title
(the show of an episode, the year), and `@` before the names of people. So a search can ask for each on its own, and
common words of one kind cost nothing in the others.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from medianest_plex.folding import fold

CONTEXT, PERSON = "~", "@"
LONGEST = 60
"""Characters of a word that are looked at."""
_MOST_WORDS = 40
_MOST_JOINED = 12
_SHORTEST_MEANT, _LONGEST_MEANT = 3, 30
_PARTIAL = 5
"""Whoever mistypes the beginning of a word has typed at least so much of it."""
# Written without blanks between words, so that a word can begin anywhere.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def searchable(
    titles: Iterable[str | None], *, context: Iterable[str | None], people: Iterable[str], year: int | None
) -> str:
    """A `tsvector` as PostgreSQL reads it."""
    words = dict.fromkeys(_of_titles(titles))
    words |= dict.fromkeys(f"{CONTEXT}{word}" for text in context for word in _words(text))
    words |= dict.fromkeys(f"{PERSON}{word}" for name in people for word in _words(name))
    if year:
        words[f"{CONTEXT}{year}"] = None
    return " ".join(f"'{word}'" for word in words)


def _of_titles(titles: Iterable[str | None]) -> Iterator[str]:
    for title in titles:
        words = _words(title)
        yield from words
        yield from _joined(words[:_MOST_JOINED])
        for word in words:
            if _UNSPACED.search(word):
                yield from (word[start:] for start in range(1, len(word)))


def _joined(words: Sequence[str]) -> Iterator[str]:
    """`spider man` is looked for as `spiderman`, and `s w a t` as `swat`."""
    yield from (f"{one}{two}"[:LONGEST] for one, two in pairwise(words))
    letters = ""
    for word in [*words, ""]:
        if len(word) == 1:
            letters += word
            continue
        if len(letters) > 2:
            yield letters
        letters = ""


def _words(text: str | None) -> list[str]:
    return [word[:LONGEST] for word in fold(text or "").split()[:_MOST_WORDS]]


def vocabulary(texts: Iterable[str]) -> set[str]:
    """The words in folded titles that may be meant by another one. Numbers are meant as they are."""
    return {word for text in texts for word in text.split() if _can_be_meant(word)}


def _can_be_meant(word: str) -> bool:
    return _SHORTEST_MEANT <= len(word) <= _LONGEST_MEANT and word.isalpha()


def near(word: str) -> list[str]:
    """The word and what is left of it without one letter. Two words that are one slip apart have one of these in
    common, whether a letter was missed, added, mistaken or two were swapped."""
    return list(dict.fromkeys([word, *(word[:n] + word[n + 1 :] for n in range(len(word)))]))


def slips_allowed(word: str) -> int:
    if not _can_be_meant(word):
        return 0
    return 1 if len(word) < 7 else 2


def meant(word: str, candidates: Iterable[str], *, most: int = 8) -> list[str]:
    """Those of the candidates that the word, or the beginning of a longer one, may have been meant for, the nearest
    first."""
    allowed = slips_allowed(word)
    rated = ((_slips_in(word, candidate, allowed), candidate) for candidate in candidates)
    close = sorted((slips, c[:1] != word[:1], len(c), c) for slips, c in rated if slips <= allowed)
    return [candidate for *_, candidate in close[:most]]


def _slips_in(word: str, candidate: str, allowed: int) -> int:
    best = slips(word, candidate, allowed)
    if len(word) >= _PARTIAL and len(candidate) > len(word):
        for length in (len(word) - 1, len(word), len(word) + 1):
            best = min(best, slips(word, candidate[:length], allowed))
    return best


def slips(one: str, two: str, most: int) -> int:
    """How many letters were missed, added, mistaken or swapped with their neighbour; more than `most` is just more."""
    if abs(len(one) - len(two)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(two, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == two[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, above = above, row
    return above[-1]
