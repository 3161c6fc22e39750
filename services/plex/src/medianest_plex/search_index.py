"""Finds items by what somebody has typed: first what is called so, then what may have been meant.

Each arm of the first statement looks at a bounded number of rows, so that a word which half of the titles have costs
little more than a rare one.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_plex.folding import fold
from medianest_plex.models.library import FIRST, REST
from medianest_plex.shown import ITEM, Shown, shown
from medianest_plex.title_words import CONTEXT, LONGEST, PERSON, meant, near, slips_allowed

_MOST_WORDS = 10
_SHORT = 2
"""Characters by which only the beginning of a title is looked for."""
_LAST = "\U0010ffff"

_HIT = "server_id, rating_key, type, search_text, view_count, year"
_BEGINS = """
    (select {hit} from items
      where {which} and library_id = any(:libraries) and search_text ~>=~ :text and search_text ~<~ :end {type}
      order by search_text using ~<~ limit 100)
"""
# PostgreSQL guesses how many have words that begin so, and to find some of many it would rather read the whole table.
# Materialized, it plans for all of them, by the index, and still stops when there are enough.
_HOLDS = """
    (with held as materialized (
        select {hit} from items
         where {which} and library_id = any(:libraries) and words @@ cast(:wanted as tsquery)
           and not (search_text ~>=~ :text and search_text ~<~ :end) {type})
     select * from held limit 300)
"""
_GOES_WITH = """
    (with held as materialized (
        select {hit} from items
         where {which} and library_id = any(:libraries) and words @@ cast(:wanted as tsquery)
           and not words @@ cast(:but as tsquery) and not (search_text ~>=~ :text and search_text ~<~ :end) {type})
     select * from held limit 100)
"""
_RANKED = """
    select server_id, rating_key,
           case when :text = any(string_to_array(search_text, ' | ')) then 1.0
                when search_text ~>=~ :text and search_text ~<~ :end or position('| ' || :text in search_text) > 0
                then 0.8
                else 0.6 end
         + case type when 'movie' then 0.3 when 'show' then 0.3 when 'artist' then 0.2 when 'collection' then 0.15
                     when 'album' then 0.1 else 0 end
         + case when position(:text in search_text) > 0 then 0.05 else 0 end
         + 0.1 * least(1.0, char_length(:text)::real / char_length(search_text))
         + least(0.04, 0.01 * ln(1 + view_count)) as score, year
      from hits order by score desc, year desc nulls last, rating_key limit :most
"""
_SHOWN = f"""
    select {ITEM} as item, i.image, l.key as library_key, i.rating_key
      from ranked r join items i using (server_id, rating_key) join libraries l on l.id = i.library_id
     order by r.score desc, r.year desc nulls last, i.rating_key
"""  # noqa: S608
# Those that are one slip away share some of `near`; more slips in a long word leave most of its trigrams.
_CANDIDATES = text("""
    select word from title_words where near && cast(:near as text[])
     union
    select close.word from unnest(cast(:long as text[])) asked(word)
      cross join lateral (
        select known.word from title_words known where asked.word <% known.word
         order by word_similarity(asked.word, known.word) desc limit 40) close
""")
_KNOWN = text("""
    select asked.word from unnest(cast(:words as text[])) asked(word)
     where exists (
        select from title_words known
         where known.word ~>=~ asked.word and known.word ~<~ (asked.word || :last))
""")


async def find(
    connection: AsyncConnection, typed: str, *, libraries: Sequence[int], kind: str | None, most: int
) -> list[Shown]:
    """The best first: by title, then by what goes with a title, then by what may have been meant."""
    asked = fold(typed)
    words = list(dict.fromkeys(word[:LONGEST] for word in asked.split()))[:_MOST_WORDS]
    if not words or not libraries:
        return []
    looking = _Looking(connection, asked, libraries, kind, most)
    if len(asked) <= _SHORT:
        return await looking.beginning()
    title = _title(words)
    found = await looking.by_title(title)
    if len(found) < most:
        found = [*found, *await looking.elsewhere(_around(words), but=title)][:most]
    if not found:
        found = await _meant(looking, words)
    return found


async def _meant(looking: "_Looking", words: Sequence[str]) -> list[Shown]:
    """With other words in place of those that are in no title; then, if need be, in place of all."""
    known = set((await looking.connection.execute(_KNOWN, {"words": list(words), "last": _LAST})).scalars())
    for doubted in ([word for word in words if word not in known], words):
        unsure = [word for word in doubted if slips_allowed(word)]
        if not unsure:
            continue
        options = await _options(looking, words, known=known, unsure=unsure)
        kept = [each for word in words if (each := options[word])]
        lost = sum(len(word) for word in words if not options[word])
        if lost * 2 < sum(map(len, words)) and (found := await looking.by_title(_all(kept))):
            return found
    return []


async def _options(
    looking: "_Looking", words: Sequence[str], *, known: Collection[str], unsure: Collection[str]
) -> dict[str, list[str]]:
    values = {
        "near": [part for word in unsure for part in near(word)],
        "long": [word for word in unsure if slips_allowed(word) > 1],
    }
    candidates = set((await looking.connection.execute(_CANDIDATES, values)).scalars())
    return {
        word: [
            *([_typed(word, last=True)] if word in known else []),
            *(map(_quoted, meant(word, candidates)) if word in unsure else []),
        ]
        for word in words
    }


class _Looking(NamedTuple):
    connection: AsyncConnection
    text: str
    libraries: Sequence[int]
    kind: str | None
    most: int

    async def beginning(self) -> list[Shown]:
        return await self._found([_BEGINS])

    async def by_title(self, wanted: str) -> list[Shown]:
        return await self._found([_BEGINS, _HOLDS], wanted=wanted)

    async def elsewhere(self, wanted: str, *, but: str) -> list[Shown]:
        return await self._found([_GOES_WITH], wanted=wanted, but=but)

    async def _found(self, arms: Sequence[str], **wanted: str) -> list[Shown]:
        values = wanted | {
            "text": self.text,
            "end": self.text + _LAST,
            "libraries": self.libraries,
            "most": self.most,
        }
        if self.kind:
            values["kind"] = self.kind
        of_type = "and type = :kind" if self.kind else ""
        halves = [half for half in (FIRST, REST) if self.kind is None or f"'{self.kind}'" in half]
        if not halves:
            return []  # Seasons are called alike everywhere.
        hits = " union all ".join(
            arm.format(hit=_HIT, which=half, type=of_type) for half in halves for arm in arms
        )
        statement = text(f"with hits as ({hits}), ranked as ({_RANKED}) {_SHOWN}")
        return shown((await self.connection.execute(statement, values)).all())


def _title(words: Sequence[str]) -> str:
    wanted = _all([[_typed(word, last=word is words[-1])] for word in words])
    together = "".join(words)
    if len(words) > 1 and len(together) <= LONGEST:
        return f"({wanted}) | {_typed(together, last=True)}"
    return wanted


def _around(words: Sequence[str]) -> str:
    """The names of people; or some words in the title, and the others in what goes with it."""
    # What so few letters may begin is too much to look through, beyond titles.
    typed = [_typed(word, last=False) for word in words]
    people = _all([[_marked(word, PERSON)] for word in typed])
    if len(words) == 1:
        return people
    anywhere = _all([[word, _marked(word, CONTEXT)] for word in typed])
    return f"({anywhere} & {_any(typed)}) | ({people})"


def _typed(word: str, *, last: bool) -> str:
    """The last word may be unfinished, and so may every other that is not too short to say anything."""
    unfinished = len(word) > _SHORT or (last and len(word) > 1)
    return f"{_quoted(word)}:*" if unfinished else _quoted(word)


def _all(options: Iterable[Iterable[str]]) -> str:
    """`options` has for each word what may stand for it."""
    return " & ".join(map(_any, options))


def _any(options: Iterable[str]) -> str:
    return f"({' | '.join(options)})"


def _quoted(word: str) -> str:
    """Folded words are letters and digits only, so nothing in them means anything else."""
    return f"'{word}'"


def _marked(lexeme: str, mark: str) -> str:
    return f"'{mark}{lexeme[1:]}"
