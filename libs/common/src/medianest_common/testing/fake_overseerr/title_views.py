"""Titles as the API shows them: results of searches, and the page of one title."""

from typing import Any

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
            "relatedVideos": [],
            "originalLanguage": "en",
            "originalTitle": title.name,
            "popularity": title.popularity,
            "productionCompanies": [],
            "productionCountries": [],
            "releaseDate": released.isoformat() if released else "",
            "releases": {"results": []},
            "revenue": 0,
            "spokenLanguages": [{"english_name": "English", "iso_639_1": "en", "name": "English"}],
            "status": "Released" if released and released <= self._state.now().date() else "Planned",
            "title": title.name,
            "video": False,
            "voteAverage": 7.1,
            "voteCount": 100,
            "backdropPath": None,
            "homepage": "",
            "imdbId": f"tt{title.tmdb_id:08}",
            "overview": title.overview,
            "posterPath": title.poster_path,
            "runtime": 90 + title.tmdb_id % 60,
            "tagline": "",
            "credits": {"cast": [], "crew": []},
            "externalIds": {
                "facebookId": None,
                "imdbId": f"tt{title.tmdb_id:08}",
                "instagramId": None,
                "twitterId": None,
            },
            "watchProviders": [],
            "keywords": [],
            **self._known(title),
        }

    def show(self, title: Title) -> Json:
        released = title.released
        numbered = {number: episodes for number, episodes in title.seasons.items() if number}
        return {
            "createdBy": [],
            "episodeRunTime": [50],
            "firstAirDate": released.isoformat() if released else "",
            "genres": [{"id": title.genre_id, "name": title.genre}],
            "relatedVideos": [],
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
            "contentRatings": {"results": []},
            "spokenLanguages": [{"englishName": "English", "iso_639_1": "en", "name": "English"}],
            "seasons": [season_view(title, number) for number in title.seasons],
            "status": "Ended",
            "type": "Scripted",
            "voteAverage": 7.1,
            "voteCount": 100,
            "backdropPath": None,
            "posterPath": title.poster_path,
            "credits": {"cast": [], "crew": []},
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
            "keywords": [],
            "watchProviders": [],
            **self._known(title),
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
            "profilePath": None,
            "knownFor": [self.result(title) for title in known if title is not None],
        }


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
        "backdropPath": None,
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
        "backdropPath": None,
        "posterPath": title.poster_path,
    }
