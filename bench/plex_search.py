"""Search in an index of 50,000 items, whose words are as common and as rare as those of real titles.

Three films in ten, some shows, and many episodes; asked one after the other, as somebody types, through the whole
product.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bench.product import Running, product
from bench.table import Row
from medianest.embedded.servers import urls_of_running
from medianest_common.clock import SystemClock
from medianest_common.db.database import open_database
from medianest_plex.adapters.records import read_records
from medianest_plex.index import Index
from medianest_plex.models import Base

ITEMS = 50_000
_GOAL_MS = 20.0
_EACH = 300
_SOUNDS = [a + b + c for a in "bcdfghklmnprstvw" for b in "aeiou" for c in ("", "n", "r", "s", "l")]
_COMMON = ["the", "of", "a", "and", "in", "to", "man", "love", "night", "day"]
_WORDS = 15_000
_BEGAN = datetime(2015, 1, 1, tzinfo=UTC)
_SERVER = """
    insert into servers (machine_identifier, name, first_seen_at, last_seen_at) values ('bench', 'Bench', now(), now())
"""
_LIBRARIES = """
    insert into libraries (server_id, key, type, title, hidden, position, item_count, complete_at, checked_at)
    select s.id, l.key, l.type, l.title, false, l.key, 0, now(), now()
      from servers s, (values (1, 'movie', 'Movies'), (2, 'show', 'TV Shows')) l(key, type, title)
"""


class Titles:
    """Made up, the same each time: a few words are everywhere, most hardly anywhere."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        made = {"".join(self.random.choices(_SOUNDS, k=self.random.choice((2, 2, 3)))) for _ in range(_WORDS)}
        self.words = [*_COMMON, *sorted(made)]
        self.random.shuffle(self.words[len(_COMMON) :])
        self._weights = [1 / (place + 2) for place in range(len(self.words))]

    def title(self) -> str:
        chosen = self.random.choices(self.words, self._weights, k=self.random.choice((1, 2, 2, 3, 3, 4, 5)))
        return " ".join(chosen).title()

    def name(self) -> str:
        return " ".join(self.random.choices(self.words, k=2)).title()


def library(titles: Titles, items: int = ITEMS) -> Iterator[tuple[int, dict[str, Any]]]:
    """The key of the library, and the item as Plex lists it."""
    shows = [titles.title() for _ in range(items // 50)]
    for number in range(items):
        kind = "movie" if number % 10 < 3 else "episode"
        title = titles.title()
        family: dict[str, Any] = {}
        if number < len(shows):
            kind, title = "show", shows[number]
        elif kind == "episode":
            show = titles.random.randrange(len(shows))
            family = {
                "grandparentRatingKey": str(show + 1),
                "grandparentTitle": shows[show],
                "parentIndex": number % 7 + 1,
            }
        yield (
            1 if kind == "movie" else 2,
            family
            | {
                "type": kind,
                "ratingKey": str(number + 1),
                "title": title,
                "index": number % 12 + 1,
                "year": 1950 + number % 75,
                "addedAt": int((_BEGAN + timedelta(minutes=97 * number)).timestamp()),
                "originallyAvailableAt": f"{1950 + number % 75}-{number % 12 + 1:02}-01",
                "duration": 1000 * (1200 + number % 7200),
                "audienceRating": number % 100 / 10,
                "contentRating": ("PG-13", "R", "PG", "G", "TV-14", "NC-17")[min(number % 11, 5)],
                "viewCount": number % 4,
                "summary": f"{title}. " * 12,
                "guid": f"plex://{kind}/{number:024x}",
                "thumb": f"/library/metadata/{number + 1}/thumb/1700000000",
                "Genre": [{"tag": tag} for tag in titles.random.sample(GENRES, 2)],
                "Role": [{"tag": titles.name()} for _ in range(3)],
            },
        )


GENRES = ["Drama", "Comedy", "Action", "Thriller", "Documentary", "Western", "Animation", "Horror", "Crime"]


async def seed(dsn: str, titles: Titles, items: int = ITEMS) -> list[str]:
    """Stores them as a sync does. Returns the titles of the films."""
    database = open_database(dsn, metadata=Base.metadata, service="plex", clock=SystemClock())
    films: list[str] = []
    try:
        async with database.transaction() as tx:
            await tx.session.execute(text(_SERVER))
            await tx.session.execute(text(_LIBRARIES))
            found = (await tx.session.execute(text("select key, id, server_id from libraries"))).all()
        ids, server_id = {row.key: row.id for row in found}, found[0].server_id
        for page in batched(library(titles, items), 500):
            rows = [
                row
                for key, document in page
                for row in read_records([document], server_id=server_id, library_id=ids[key]).rows
            ]
            films += [row["title"] for row in rows if row["type"] == "movie"]
            async with database.transaction() as tx:
                await Index(tx.session).store(rows)
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in ("items", "title_words"):
                await connection.execute(text(f"vacuum analyze {table}"))
    finally:
        await database.close()
    return films


def questions(titles: Titles, films: list[str]) -> dict[str, list[str]]:
    chosen = titles.random.sample(films, _EACH)

    def each(change: Callable[[str], str]) -> list[str]:
        return [change(title) for title in chosen]

    return {
        "a title": chosen,
        "with a slip": each(lambda title: slip(title, titles.random)),
        "its words turned round": each(lambda title: " ".join(reversed(title.split()))),
        "its last word": each(lambda title: title.split()[-1]),
        "its beginning": each(lambda title: title[: max(3, len(title) * 2 // 3)]),
        "three letters": each(lambda title: title[:3]),
        "two letters": each(lambda title: title[:2]),
        "common words": ["the", "of the", "the a", "man", "the l", "love and", "in the n"] * (_EACH // 7),
        "the name of an actor": [titles.name() for _ in range(_EACH)],
        "nothing that is there": each(lambda title: "".join(titles.random.sample(title + "qwxzyjq", 7))),
    }


def slip(title: str, chance: random.Random) -> str:
    """One letter missed, doubled, mistaken or swapped with the next."""
    if len(title) < 5:
        return title
    at = chance.randrange(1, len(title) - 1)
    before, letter, after = title[:at], title[at], title[at + 1 :]
    return chance.choice(
        (
            before + after,
            before + letter + letter + after,
            f"{before}x{after}",
            before + after[:1] + letter + after[1:],
        )
    )


async def measure() -> list[Row]:
    titles = Titles()
    rows = []
    everything: list[float] = []
    async with product(plex_url="http://127.0.0.1:9", plex_token="nobody-is-there") as running:
        films = await seed(_dsn(running), titles)
        headers = {"Authorization": f"Bearer {running.token}"}
        async with httpx.AsyncClient(base_url=f"http://localhost:{running.port}", headers=headers) as client:
            for what, queries in questions(titles, films).items():
                times = [await _timed(client, query) for query in queries]
                everything += times
                rows.append(Row(f"search, {what}", percentiles(times)))
    p99 = statistics.quantiles(everything, n=100)[-1]
    rows.append(
        Row(
            f"search of {ITEMS:,} items, all of these",
            percentiles(everything),
            f"p99 ≤ {_GOAL_MS:.0f} ms",
            "",
            p99 <= _GOAL_MS,
        )
    )
    return rows


def percentiles(times: list[float]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return f"p50 {cuts[49]:.1f}, p95 {cuts[94]:.1f}, p99 {cuts[98]:.1f} ms"


async def _timed(client: httpx.AsyncClient, query: str) -> float:
    started = time.perf_counter()
    answer = await client.get("/api/v1/plex/search", params={"query": query})
    took = (time.perf_counter() - started) * 1000
    answer.raise_for_status()
    return took


def _dsn(running: Running) -> str:
    urls = urls_of_running(running.data_dir)
    assert urls
    return make_url(urls.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
