"""Titles, seasons and people in the shapes in which TMDB answers."""

from datetime import date
from typing import Any

from medianest_common.testing.fake_overseerr import facts
from medianest_common.testing.fake_overseerr.catalogue import Catalogue, Person, Title

type Json = dict[str, Any]

PAGE = 20


def page_of(rows: list[Json], page: int) -> Json:
    start = (page - 1) * PAGE
    return {
        "page": page,
        "results": rows[start : start + PAGE],
        "total_pages": -(-len(rows) // PAGE),
        "total_results": len(rows),
    }


def result(catalogue: Catalogue, found: Title | Person) -> Json:
    if isinstance(found, Person):
        return _person_result(catalogue, found)
    return title_result(found)


def title_result(title: Title) -> Json:
    released = title.released.isoformat() if title.released else ""
    named = (
        {"title": title.name, "original_title": title.name, "release_date": released, "video": False}
        if title.kind == "movie"
        else {
            "name": title.name,
            "original_name": title.name,
            "first_air_date": released,
            "origin_country": ["US"],
        }
    )
    return {
        "adult": False,
        "backdrop_path": facts.backdrop_of(title),
        "genre_ids": [title.genre_id],
        "id": title.tmdb_id,
        "media_type": title.kind,
        "original_language": "en",
        "overview": title.overview,
        "popularity": title.popularity,
        "poster_path": title.poster_path,
        "vote_average": 7.1,
        "vote_count": 100,
        **named,
    }


def without_kind(row: Json) -> Json:
    """Lists of one kind do not say which."""
    return {name: value for name, value in row.items() if name != "media_type"}


def details(catalogue: Catalogue, title: Title, parts: set[str], *, today: date) -> Json:
    view = {
        **without_kind(title_result(title)),
        "genres": [{"id": title.genre_id, "name": title.genre}],
        "homepage": "",
        "status": "Released" if title.released and title.released <= today else "Planned",
        "tagline": "",
    }
    del view["genre_ids"]
    if title.kind == "movie":
        view |= {"runtime": 90 + title.tmdb_id % 60, "imdb_id": f"tt{title.tmdb_id:08}", "budget": 0}
    else:
        view |= {
            "created_by": [_crew(facts.maker_of(catalogue, title), None)],
            "episode_run_time": [],
            "number_of_seasons": len([number for number in title.seasons if number]),
            "seasons": [season_row(title, number) for number in title.seasons],
        }
    return view | {name: part for name, part in _parts(catalogue, title).items() if name in parts}


def season_row(title: Title, number: int) -> Json:
    released = title.released
    aired = released.replace(year=released.year + max(number - 1, 0)).isoformat() if released else None
    return {
        "air_date": aired,
        "episode_count": title.seasons[number],
        "id": title.tmdb_id * 100 + number,
        "name": f"Season {number}" if number else "Specials",
        "overview": "",
        "poster_path": title.poster_path,
        "season_number": number,
        "vote_average": 7.0,
    }


def season(title: Title, number: int) -> Json:
    row = season_row(title, number)
    del row["episode_count"]
    return row | {
        "episodes": [
            {
                "air_date": row["air_date"],
                "episode_number": episode,
                "id": title.tmdb_id * 10_000 + number * 100 + episode,
                "name": f"Episode {episode}",
                "overview": "",
                "runtime": 47,
                "season_number": number,
                "show_id": title.tmdb_id,
                "still_path": facts.still_of(title, number, episode),
                "vote_average": 7.1,
                "vote_count": 10,
            }
            for episode in range(1, title.seasons[number] + 1)
        ]
    }


def person(catalogue: Catalogue, found: Person, parts: set[str]) -> Json:
    view: Json = {
        "adult": False,
        "also_known_as": [],
        "biography": f"{found.name} was born, and then made films.",
        "birthday": "1950-02-28",
        "deathday": None,
        "gender": 2,
        "id": found.id,
        "known_for_department": "Acting",
        "name": found.name,
        "place_of_birth": "Somewhere",
        "popularity": 10.0,
        "profile_path": facts.photo_of(found),
    }
    if "combined_credits" in parts:
        known = [catalogue.get(kind, tmdb_id) for kind, tmdb_id in found.known_for]
        view["combined_credits"] = {
            "cast": [
                {**title_result(title), "character": f"Somebody in {title.name}"}
                for title in known
                if title is not None
            ],
            "crew": [
                {**title_result(title), "job": "Director", "department": "Directing"}
                for title in facts.made_by(catalogue, found)
            ],
        }
    return view


def provider(number: int, name: str, priority: int) -> Json:
    return {
        "logo_path": f"/provider{number}.jpg",
        "provider_id": number,
        "provider_name": name,
        "display_priority": priority,
    }


def _parts(catalogue: Catalogue, title: Title) -> Json:
    """What `append_to_response` can add."""
    words = [{"id": title.genre_id, "name": title.genre.lower()}]
    streams = facts.provider_of(title)
    return {
        "credits": {
            "cast": [
                {
                    "id": one.id,
                    "name": one.name,
                    "character": character,
                    "profile_path": facts.photo_of(one),
                    "order": place,
                }
                for place, (one, character) in enumerate(facts.cast_of(catalogue, title))
            ],
            "crew": [
                _crew(facts.maker_of(catalogue, title), "Director" if title.kind == "movie" else "Producer")
            ],
        },
        "videos": {
            "results": [
                _video(title, "YouTube", f"ft{title.tmdb_id:09}", "Featurette"),
                _video(title, "Vimeo", "123456789", "Trailer"),
                _video(title, "YouTube", facts.trailer_of(title), "Trailer"),
            ]
        },
        "external_ids": {
            "imdb_id": f"tt{title.tmdb_id:08}",
            "tvdb_id": title.tvdb_id,
            "wikidata_id": None,
        },
        "watch/providers": {
            "results": {
                region: {
                    "link": f"https://www.themoviedb.org/{title.kind}/{title.tmdb_id}/watch?locale={region}",
                    "flatrate": [provider(streams, facts.PROVIDERS[streams], 0)],
                    "buy": [provider(*facts.SHOP, 1)],
                }
                for region in facts.REGIONS
            }
        },
        "keywords": {"keywords" if title.kind == "movie" else "results": words},
        "release_dates": {
            "results": [
                {
                    "iso_3166_1": region,
                    "release_dates": [
                        {"certification": "", "type": 1},
                        {"certification": facts.certification_of(title, region), "type": 3},
                    ],
                }
                for region in facts.REGIONS
            ]
        },
        "content_ratings": {
            "results": [
                {"descriptors": [], "iso_3166_1": region, "rating": facts.certification_of(title, region)}
                for region in facts.REGIONS
            ]
        },
    }


def _crew(who: Person, job: str | None) -> Json:
    named = {"job": job, "department": "Directing"} if job else {}
    return {"id": who.id, "name": who.name, "profile_path": facts.photo_of(who), **named}


def _video(title: Title, site: str, key: str, kind: str) -> Json:
    return {
        "site": site,
        "key": key,
        "name": f"{title.name}: {kind}",
        "type": kind,
        "official": True,
        "size": 1080,
        "iso_639_1": "en",
    }


def _person_result(catalogue: Catalogue, found: Person) -> Json:
    known = [catalogue.get(kind, tmdb_id) for kind, tmdb_id in found.known_for]
    return {
        "adult": False,
        "gender": 2,
        "id": found.id,
        "known_for": [title_result(title) for title in known if title is not None],
        "known_for_department": "Acting",
        "media_type": "person",
        "name": found.name,
        "popularity": 10.0,
        "profile_path": facts.photo_of(found),
    }
