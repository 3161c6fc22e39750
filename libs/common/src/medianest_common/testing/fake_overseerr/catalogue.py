"""The titles that stand in for TMDB."""

import json
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from .numbers import MediaKind

_GENERATED_FROM = 5_000_001
_WORDS = [
    "Amber",
    "Anchor",
    "Autumn",
    "Beacon",
    "Bitter",
    "Blue",
    "Broken",
    "Canal",
    "Cinder",
    "Clock",
    "Copper",
    "Coral",
    "Dawn",
    "Distant",
    "Ember",
    "Empty",
    "Falling",
    "Feather",
    "Fifth",
    "Forest",
    "Frozen",
    "Garden",
    "Ghost",
    "Glass",
    "Golden",
    "Harbour",
    "Hidden",
    "Hollow",
    "Iron",
    "Island",
    "Ivory",
    "Lantern",
    "Last",
    "Little",
    "Lost",
    "Marble",
    "Meadow",
    "Midnight",
    "Mirror",
    "Northern",
    "Ocean",
    "Orchard",
    "Paper",
    "Quiet",
    "River",
    "Salt",
    "Scarlet",
    "Second",
    "Shadow",
    "Silent",
    "Silver",
    "Station",
    "Stone",
    "Summer",
    "Thunder",
    "Tidal",
    "Tower",
    "Valley",
    "Velvet",
    "Violet",
    "Winter",
    "Wolf",
    "Yellow",
]
_GENRES = {
    "Action": 28,
    "Adventure": 12,
    "Animation": 16,
    "Comedy": 35,
    "Crime": 80,
    "Documentary": 99,
    "Drama": 18,
    "Family": 10751,
    "Fantasy": 14,
    "Horror": 27,
    "Mystery": 9648,
    "Romance": 10749,
    "Science Fiction": 878,
    "Thriller": 53,
    "War": 10752,
    "Western": 37,
}


@dataclass(frozen=True, kw_only=True)
class Title:
    kind: MediaKind
    tmdb_id: int
    name: str
    released: date | None
    overview: str
    genre: str
    poster_path: str | None
    popularity: float
    tvdb_id: int | None = None
    seasons: dict[int, int] = field(default_factory=dict)
    """Number of episodes by season; 0 are the specials."""

    @property
    def genre_id(self) -> int:
        return _GENRES.get(self.genre, 18)

    @property
    def label(self) -> str:
        """As notifications name it: with the year, if there is one."""
        return f"{self.name} ({self.released.year})" if self.released else self.name


@dataclass(frozen=True, kw_only=True)
class Person:
    id: int
    name: str
    known_for: tuple[tuple[MediaKind, int], ...]


class Catalogue:
    """Titles by kind and TMDB id, the most popular first; starts with a few hundred."""

    def __init__(self) -> None:
        self._titles: dict[tuple[MediaKind, int], Title] = {}
        self.people: list[Person] = []
        stored = _stored()
        for position, (tmdb_id, name, year, genre) in enumerate(stored["movies"]):
            self.add_movie(
                tmdb_id,
                name,
                year,
                genre=genre,
                poster_path=f"/movie{tmdb_id}.jpg",
                popularity=900 - position,
            )
        for position, (tmdb_id, name, year, genre, *episodes) in enumerate(stored["shows"]):
            seasons = dict(enumerate(episodes[0], start=1))
            if len(episodes) > 1:
                seasons[0] = episodes[1]
            self.add_show(
                tmdb_id,
                name,
                year,
                seasons=seasons,
                genre=genre,
                poster_path=f"/tv{tmdb_id}.jpg",
                popularity=899.5 - position,
            )
        for person_id, name, known_for in stored["people"]:
            self.people.append(
                Person(
                    id=person_id, name=name, known_for=tuple((kind, tmdb_id) for kind, tmdb_id in known_for)
                )
            )

    def add_movie(
        self,
        tmdb_id: int,
        name: str,
        year: int | None,
        *,
        released: date | None = None,
        overview: str | None = None,
        genre: str = "Drama",
        poster_path: str | None = None,
        popularity: float = 1000.0,
    ) -> Title:
        return self._add(
            Title(
                kind="movie",
                tmdb_id=tmdb_id,
                name=name,
                released=released or (date(year, 6, 15) if year else None),
                overview=overview if overview is not None else f"A film of {year}. {genre}.",
                genre=genre,
                poster_path=poster_path,
                popularity=popularity,
            )
        )

    def add_show(
        self,
        tmdb_id: int,
        name: str,
        year: int | None,
        *,
        seasons: dict[int, int],
        released: date | None = None,
        overview: str | None = None,
        genre: str = "Drama",
        poster_path: str | None = None,
        tvdb_id: int | None = None,
        popularity: float = 1000.0,
    ) -> Title:
        return self._add(
            Title(
                kind="tv",
                tmdb_id=tmdb_id,
                name=name,
                released=released or (date(year, 9, 15) if year else None),
                overview=overview if overview is not None else f"A series that began in {year}. {genre}.",
                genre=genre,
                poster_path=poster_path,
                popularity=popularity,
                tvdb_id=tvdb_id if tvdb_id is not None else 7_000_000 + tmdb_id,
                seasons=dict(sorted(seasons.items())),
            )
        )

    def generate(self, number: int) -> list[Title]:
        """Adds invented titles, the same ones for the same number; every third is a show."""
        dice = random.Random(number)
        made = []
        for offset in range(number):
            name = f"{dice.choice(_WORDS)} {dice.choice(_WORDS)} {offset + 1}"
            year = dice.randint(1970, 2026)
            genre = dice.choice(list(_GENRES))
            tmdb_id = _GENERATED_FROM + offset
            if offset % 3 == 2:
                seasons = {season: dice.randint(6, 24) for season in range(1, dice.randint(2, 7))}
                made.append(self.add_show(tmdb_id, name, year, seasons=seasons, genre=genre, popularity=1.0))
            else:
                made.append(self.add_movie(tmdb_id, name, year, genre=genre, popularity=1.0))
        return made

    def add_upcoming(self, today: date) -> None:
        """Invented titles that come out in the months after `today`."""
        for position, (tmdb_id, name, kind) in enumerate(_stored()["upcoming"]):
            released = today + timedelta(days=14 + 21 * position)
            if kind == "tv":
                self.add_show(
                    tmdb_id,
                    name,
                    None,
                    seasons={1: 8},
                    released=released,
                    overview="Announced.",
                    poster_path=f"/tv{tmdb_id}.jpg",
                    popularity=500,
                )
            else:
                self.add_movie(
                    tmdb_id,
                    name,
                    None,
                    released=released,
                    overview="Announced.",
                    poster_path=f"/movie{tmdb_id}.jpg",
                    popularity=500,
                )

    def get(self, kind: MediaKind, tmdb_id: int) -> Title | None:
        return self._titles.get((kind, tmdb_id))

    def popular(self, kind: MediaKind | None = None) -> list[Title]:
        titles = [title for title in self._titles.values() if kind in (None, title.kind)]
        return sorted(titles, key=lambda title: -title.popularity)

    def upcoming(self, kind: MediaKind, today: date) -> list[Title]:
        return [title for title in self.popular(kind) if title.released and title.released >= today]

    def by_imdb(self, number: str) -> list[Title]:
        return [title for title in self.popular() if f"tt{title.tmdb_id:08}" == number]

    def search(self, query: str) -> list[Title | Person]:
        """Titles and people whose name has every word of the query; the mixture is by popularity."""
        if query.startswith("imdb:"):
            return [*self.by_imdb(query.removeprefix("imdb:"))]
        words = query.casefold().split()

        def matches(name: str) -> bool:
            folded = name.casefold()
            return all(word in folded for word in words)

        titles: list[Title | Person] = [title for title in self.popular() if matches(title.name)]
        people: list[Title | Person] = [person for person in self.people if matches(person.name)]
        return [*titles[:1], *people, *titles[1:]]

    def _add(self, title: Title) -> Title:
        self._titles[title.kind, title.tmdb_id] = title
        return title


@cache
def _stored() -> dict[str, Any]:
    text = files(__package__).joinpath("catalogue.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
