"""Titles as the API shows them: results of searches, and the page of one title."""

from typing import Any

from . import facts
from .catalogue import Catalogue, Person, Title
from .state import State
from .views import Views

type Json = dict[str, Any]


class TitleViews:
    def __init__(self, state: State, views: Views) -> None:
        self._state = state
        self._views = views

    def result(self, found: Title | Person) -> Json:
        if isinstance(found, Person):
            return self._person(found)
        view = _movie_result(found) if found.kind == "movie" else _show_result(found)
        media = self._state.media.get((found.kind, found.tmdb_id))
        if media is not None:
            view["mediaInfo"] = self._views.media(media, seasons=True)
        return view

    def movie(self, title: Title) -> Json:
        released = title.released
        return {
            "id": title.tmdb_id,
            "adult": False,
            "budget": 0,
            "genres": [{"id": title.genre_id, "name": title.genre}],
            "relatedVideos": _videos(title),
            "originalLanguage": "en",
            "originalTitle": title.name,
            "popularity": title.popularity,
            "productionCompanies": [],
            "productionCountries": [],
            "releaseDate": released.isoformat() if released else "",
            "releases": {
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
            "revenue": 0,
            "spokenLanguages": [{"english_name": "English", "iso_639_1": "en", "name": "English"}],
            "status": "Released" if released and released <= self._state.now().date() else "Planned",
            "title": title.name,
            "video": False,
            "voteAverage": 7.1,
            "voteCount": 100,
            "backdropPath": facts.backdrop_of(title),
            "homepage": "",
            "imdbId": f"tt{title.tmdb_id:08}",
            "overview": title.overview,
            "posterPath": title.poster_path,
            "runtime": 90 + title.tmdb_id % 60,
            "tagline": "",
            "credits": self._credits(title),
            "externalIds": {
                "facebookId": None,
                "imdbId": f"tt{title.tmdb_id:08}",
                "instagramId": None,
                "twitterId": None,
            },
            "watchProviders": _offers(title),
            "keywords": [{"id": title.genre_id, "name": title.genre.lower()}],
            **self._known(title),
        }

    def show(self, title: Title) -> Json:
        released = title.released
        numbered = {number: episodes for number, episodes in title.seasons.items() if number}
        return {
            "createdBy": [_crew(facts.maker_of(self._state.catalogue, title), "Creator")],
            "episodeRunTime": [50],
            "firstAirDate": released.isoformat() if released else "",
            "genres": [{"id": title.genre_id, "name": title.genre}],
            "relatedVideos": _videos(title),
            "homepage": "",
            "id": title.tmdb_id,
            "inProduction": False,
            "languages": ["en"],
            "lastAirDate": None if released is None else released.isoformat(),
            "name": title.name,
            "networks": [],
            "numberOfEpisodes": sum(numbered.values()),
            "numberOfSeasons": len(numbered),
            "originCountry": ["US"],
            "originalLanguage": "en",
            "originalName": title.name,
            "tagline": "",
            "overview": title.overview,
            "popularity": title.popularity,
            "productionCompanies": [],
            "productionCountries": [],
            "contentRatings": {
                "results": [
                    {"descriptors": [], "iso_3166_1": region, "rating": facts.certification_of(title, region)}
                    for region in facts.REGIONS
                ]
            },
            "spokenLanguages": [{"englishName": "English", "iso_639_1": "en", "name": "English"}],
            "seasons": [season_view(title, number) for number in title.seasons],
            "status": "Ended",
            "type": "Scripted",
            "voteAverage": 7.1,
            "voteCount": 100,
            "backdropPath": facts.backdrop_of(title),
            "posterPath": title.poster_path,
            "credits": self._credits(title),
            "externalIds": {
                "facebookId": None,
                "freebaseId": None,
                "freebaseMid": None,
                "imdbId": f"tt{title.tmdb_id:08}",
                "instagramId": None,
                "tvdbId": title.tvdb_id,
                "tvrageId": None,
                "twitterId": None,
            },
            "keywords": [{"id": title.genre_id, "name": title.genre.lower()}],
            "watchProviders": _offers(title),
            **self._known(title),
        }

    def person(self, person: Person) -> Json:
        return {
            "id": person.id,
            "name": person.name,
            "birthday": "1950-02-28",
            "deathday": None,
            "knownForDepartment": "Acting",
            "alsoKnownAs": [],
            "gender": 2,
            "biography": f"{person.name} was born, and then made films.",
            "popularity": 10.0,
            "placeOfBirth": "Somewhere",
            "profilePath": facts.photo_of(person),
            "adult": False,
            "imdbId": f"nm{person.id:07}",
            "homepage": None,
        }

    def combined_credits(self, person: Person) -> Json:
        catalogue: Catalogue = self._state.catalogue
        known = [catalogue.get(kind, tmdb_id) for kind, tmdb_id in person.known_for]
        return {
            "id": person.id,
            "cast": [
                {
                    **self.result(title),
                    "character": f"Somebody in {title.name}",
                    "creditId": f"c{title.tmdb_id}",
                }
                for title in known
                if title is not None
            ],
            "crew": [
                {
                    **self.result(title),
                    "job": "Director",
                    "department": "Directing",
                    "creditId": f"d{title.tmdb_id}",
                }
                for title in facts.made_by(catalogue, person)
            ],
        }

    def _credits(self, title: Title) -> Json:
        catalogue: Catalogue = self._state.catalogue
        return {
            "cast": [
                {
                    "castId": position,
                    "character": character,
                    "creditId": f"c{title.tmdb_id}-{person.id}",
                    "gender": 2,
                    "id": person.id,
                    "name": person.name,
                    "order": position,
                    "profilePath": facts.photo_of(person),
                }
                for position, (person, character) in enumerate(facts.cast_of(catalogue, title))
            ],
            "crew": [
                _crew(facts.maker_of(catalogue, title), "Director" if title.kind == "movie" else "Producer")
            ],
        }

    def _known(self, title: Title) -> Json:
        known: Json = {}
        media = self._state.media.get((title.kind, title.tmdb_id))
        if media is not None:
            known["mediaInfo"] = self._views.media(media, requests=True)
        if self._state.flavour == "seerr":
            known["onUserWatchlist"] = False
        return known

    def _person(self, person: Person) -> Json:
        catalogue: Catalogue = self._state.catalogue
        known = [catalogue.get(kind, tmdb_id) for kind, tmdb_id in person.known_for]
        return {
            "id": person.id,
            "name": person.name,
            "popularity": 10.0,
            "adult": False,
            "mediaType": "person",
            "profilePath": facts.photo_of(person),
            "knownForDepartment": "Acting",
            "knownFor": [self.result(title) for title in known if title is not None],
        }


def _crew(person: Person, job: str) -> Json:
    return {
        "creditId": f"d{person.id}",
        "department": "Directing",
        "gender": 2,
        "id": person.id,
        "job": job,
        "name": person.name,
        "profilePath": facts.photo_of(person),
    }


def _videos(title: Title) -> list[Json]:
    def video(site: str, key: str, kind: str) -> Json:
        return {
            "site": site,
            "key": key,
            "name": f"{title.name}: {kind}",
            "size": 1080,
            "type": kind,
            "url": f"https://www.{site.lower()}.com/watch?v={key}",
        }

    return [
        video("YouTube", f"ft{title.tmdb_id:09}", "Featurette"),
        video("YouTube", facts.trailer_of(title), "Trailer"),
    ]


def provider_view(provider_id: int, name: str, priority: int) -> Json:
    return {
        "displayPriority": priority,
        "logoPath": f"/provider{provider_id}.jpg",
        "id": provider_id,
        "name": name,
    }


def _offers(title: Title) -> list[Json]:
    streams = facts.provider_of(title)
    return [
        {
            "iso_3166_1": region,
            "link": f"https://www.themoviedb.org/{title.kind}/{title.tmdb_id}/watch?locale={region}",
            "buy": [provider_view(*facts.SHOP, 1)],
            "flatrate": [provider_view(streams, facts.PROVIDERS[streams], 0)],
        }
        for region in facts.REGIONS
    ]


def season_view(title: Title, number: int) -> Json:
    released = title.released
    return {
        "airDate": released.replace(year=released.year + max(number - 1, 0)).isoformat()
        if released
        else None,
        "episodeCount": title.seasons[number],
        "id": title.tmdb_id * 100 + number,
        "name": f"Season {number}" if number else "Specials",
        "overview": "",
        "seasonNumber": number,
        "posterPath": title.poster_path,
    }


def _movie_result(title: Title) -> Json:
    return {
        "id": title.tmdb_id,
        "mediaType": "movie",
        "adult": False,
        "genreIds": [title.genre_id],
        "originalLanguage": "en",
        "originalTitle": title.name,
        "overview": title.overview,
        "popularity": title.popularity,
        "releaseDate": title.released.isoformat() if title.released else "",
        "title": title.name,
        "video": False,
        "voteAverage": 7.1,
        "voteCount": 100,
        "backdropPath": facts.backdrop_of(title),
        "posterPath": title.poster_path,
    }


def _show_result(title: Title) -> Json:
    return {
        "id": title.tmdb_id,
        "firstAirDate": title.released.isoformat() if title.released else "",
        "genreIds": [title.genre_id],
        "mediaType": "tv",
        "name": title.name,
        "originCountry": ["US"],
        "originalLanguage": "en",
        "originalName": title.name,
        "overview": title.overview,
        "popularity": title.popularity,
        "voteAverage": 7.1,
        "voteCount": 100,
        "backdropPath": facts.backdrop_of(title),
        "posterPath": title.poster_path,
    }
