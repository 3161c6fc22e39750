"""A household that has collected for years: as many items as are wanted, of all kinds, and always the same ones."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from .items import Item
from .library import FakeLibrary
from .vocabulary import (
    ADJECTIVES,
    CONTENT_RATINGS,
    FIRST_NAMES,
    FOREIGN,
    GENRES,
    LAST_NAMES,
    MUSIC_GENRES,
    NOUNS,
    ORIGINALS,
    PLACES,
)

_YEARS_OF_COLLECTING = 8
_FILMS, _SHOWS = 0.16, 0.60
"""Shares of all items; the rest is music."""
_FIRST_TMDB, _FIRST_TVDB, _FIRST_IMDB = 2_000_000, 3_000_000, 5_000_000
_IN_COLLECTION = 12
_COLLECTION_OF = 150
"""One collection for so many films."""


def furnish(library: FakeLibrary, number: int, *, now: datetime, seed: int = 1) -> None:
    """Adds films, shows with seasons and episodes, and music, about `number` items in all, and a library of photos."""
    chance = Random(seed)
    music = next((s.title for s in library.sections.values() if s.type == "artist"), None)
    if music is None:
        music = library.add_section("Music", type="artist").title
        library.add_section("Photos", type="photo")
    with library.quietly():
        films = [_film(library, chance, n, now=now) for n in range(int(number * _FILMS))]
        for n in range(len(films) // _COLLECTION_OF):
            library.add_collection(
                f"{chance.choice(NOUNS)} Collection {n}",
                chance.sample(films, min(_IN_COLLECTION, len(films))),
            )
        goal = len(library.items) + int(number * (_SHOWS - _FILMS))
        for n in _until(library, goal):
            _show(library, chance, n, now=now)
        for n in _until(library, goal + int(number * (1 - _SHOWS))):
            _artist(library, chance, n, music, now=now)


def _until(library: FakeLibrary, goal: int) -> Iterator[int]:
    number = 0
    while len(library.items) < goal:
        yield number
        number += 1


def _film(library: FakeLibrary, chance: Random, number: int, *, now: datetime) -> str:
    year = _year(chance)
    key = library.add_movie(
        _title(chance),
        year,
        tmdb=_FIRST_TMDB + number if chance.random() < 0.97 else None,
        imdb=f"tt{_FIRST_IMDB + number}",
        added_at=_added(chance, now),
        summary=_summary(chance),
        genres=chance.sample(GENRES, chance.randint(1, 3)),
        roles=_people(chance, chance.randint(2, 5)),
        content_rating=chance.choice(CONTENT_RATINGS),
    )
    item = library.item(key)
    item.duration_ms = chance.randint(70, 190) * 60_000
    _judged(item, chance)
    return key


def _show(library: FakeLibrary, chance: Random, number: int, *, now: datetime) -> None:
    added = _added(chance, now)
    show = library.add_show(
        _title(chance),
        _year(chance),
        tmdb=_FIRST_TMDB + number if chance.random() < 0.7 else None,
        tvdb=_FIRST_TVDB + number,
        added_at=added,
        summary=_summary(chance),
        genres=chance.sample(GENRES, chance.randint(1, 3)),
        roles=_people(chance, chance.randint(2, 5)),
    )
    _judged(library.item(show), chance)
    for season in range(0 if chance.random() < 0.15 else 1, chance.randint(2, 8)):
        for episode in range(1, chance.randint(6, 23)):
            added += timedelta(hours=chance.randint(0, 2))
            title = _title(chance) if chance.random() < 0.8 else None
            library.add_episode(show, season, episode, title=title, added_at=min(added, now))


def _artist(library: FakeLibrary, chance: Random, number: int, section: str, *, now: datetime) -> None:
    added = _added(chance, now)
    name = f"The {chance.choice(NOUNS)}s" if chance.random() < 0.4 else _people(chance, 1)[0]
    artist = library.add_artist(
        f"{name} {number}" if number % 7 == 0 else name,
        section=section,
        added_at=added,
        genres=chance.sample(MUSIC_GENRES, chance.randint(1, 2)),
    )
    for _ in range(chance.randint(1, 6)):
        tracks = [_title(chance) for _ in range(chance.randint(7, 15))]
        library.add_album(artist, _title(chance), tracks, year=_year(chance), added_at=added)


def _judged(item: Item, chance: Random) -> None:
    item.rating = round(chance.triangular(2, 9.8, 7), 1) if chance.random() < 0.9 else None
    if chance.random() < 0.12:
        item.original_title = f"{chance.choice(ORIGINALS)} {chance.randint(1, 400)}"


def _title(chance: Random) -> str:
    adjective, noun, other = chance.choice(ADJECTIVES), chance.choice(NOUNS), chance.choice(NOUNS)
    match chance.randrange(12):
        case 0:
            return f"The {adjective} {noun}"
        case 1:
            return f"{noun} of {chance.choice(PLACES)}"
        case 2:
            return f"{noun} & {other}"
        case 3:
            return f"{adjective} {noun}: {chance.choice(NOUNS)} {chance.randint(2, 9)}"
        case 4:
            return f"{chance.choice(FIRST_NAMES)}'s {noun}"
        case 5:
            return f"{chance.choice(FOREIGN)} {chance.choice(('', 'II', 'III', str(chance.randint(4, 99))))}".strip()
        case 6:
            return f"A {noun} in {chance.choice(PLACES)}"
        case 7:
            return f"{noun} {chance.randint(1, 2049)}"
        case 8:
            return f"{chance.choice(LAST_NAMES)}"
    return f"{adjective} {noun} {other}" if chance.random() < 0.5 else f"{adjective} {noun}"


def _summary(chance: Random) -> str:
    words = [
        chance.choice(ADJECTIVES if n % 3 == 0 else NOUNS).lower() for n in range(chance.randint(12, 60))
    ]
    return f"{' '.join(words).capitalize()}."


def _people(chance: Random, number: int) -> list[str]:
    return [f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}" for _ in range(number)]


def _year(chance: Random) -> int:
    return int(chance.triangular(1925, 2025.99, 2015))


def _added(chance: Random, now: datetime) -> datetime:
    return now - timedelta(seconds=chance.randint(3600, _YEARS_OF_COLLECTING * 365 * 86_400))
