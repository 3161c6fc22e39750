"""What the pretend TMDB tells of every title beyond its name: the same each time, for both who pass it on."""

from datetime import date
from typing import Any

from .catalogue import Catalogue, Person, Title

type Json = dict[str, Any]

PROVIDERS = {8: "Netflix", 9: "Amazon Prime Video", 337: "Disney Plus"}
SHOP = (2, "Apple TV")
REGIONS = ("DE", "US")
MOVIE_GENRES = {
    28: "Action",
    12: "Adventure",
    16: "Animation",
    35: "Comedy",
    80: "Crime",
    99: "Documentary",
    18: "Drama",
    10751: "Family",
    14: "Fantasy",
    27: "Horror",
    9648: "Mystery",
    10749: "Romance",
    878: "Science Fiction",
    53: "Thriller",
    10752: "War",
    37: "Western",
}
TV_GENRES = {
    10759: "Action & Adventure",
    16: "Animation",
    35: "Comedy",
    80: "Crime",
    99: "Documentary",
    18: "Drama",
    9648: "Mystery",
    10765: "Sci-Fi & Fantasy",
}


def cast_of(catalogue: Catalogue, title: Title) -> list[tuple[Person, str]]:
    """Who is known for it, with the character played."""
    key = (title.kind, title.tmdb_id)
    return [(person, f"Somebody in {title.name}") for person in catalogue.people if key in person.known_for]


def maker_of(catalogue: Catalogue, title: Title) -> Person:
    """Who directed or created it."""
    return catalogue.people[title.tmdb_id % len(catalogue.people)]


def made_by(catalogue: Catalogue, person: Person) -> list[Title]:
    return [title for title in catalogue.popular() if maker_of(catalogue, title) is person][:20]


def provider_of(title: Title) -> int:
    """Who streams it."""
    return list(PROVIDERS)[title.tmdb_id % len(PROVIDERS)]


def trailer_of(title: Title) -> str:
    """Its key at YouTube."""
    return f"yt{title.tmdb_id:09}"


def certification_of(title: Title, region: str) -> str:
    if title.kind == "movie":
        return {"US": "PG-13", "DE": "12"}[region]
    return {"US": "TV-14", "DE": "16"}[region]


def between(titles: list[Title], after: str, before: str, *, newest: bool) -> list[Title]:
    """Those that came out then, in their order or the newest first; the days are written as in answers."""
    found = [
        title
        for title in titles
        if (not after or (title.released is not None and title.released.isoformat() >= after))
        and (not before or (title.released is not None and title.released.isoformat() <= before))
    ]
    if newest:
        found.sort(key=lambda title: title.released or date.min, reverse=True)
    return found


def like(catalogue: Catalogue, title: Title) -> list[Title]:
    """Of the same kind and genre."""
    return [
        other for other in catalogue.popular(title.kind) if other.genre == title.genre and other is not title
    ]


def backdrop_of(title: Title) -> str | None:
    return f"/{title.kind}{title.tmdb_id}-backdrop.jpg" if title.poster_path else None


def still_of(title: Title, season: int, episode: int) -> str | None:
    return f"/tv{title.tmdb_id}-s{season}e{episode}-still.jpg" if title.poster_path else None


def photo_of(person: Person) -> str:
    return f"/person{person.id}.jpg"
