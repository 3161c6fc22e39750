"""Who and what is pretended: the accounts on plex.tv, the library of the Plex server, the titles Overseerr knows."""

from collections.abc import Sequence
from datetime import timedelta

from medianest_common.clock import Clock
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_plex import FakeAccount, FakePlex

OWNER_NAME = "Olivia"
OWNER_EMAIL = "olivia@example.com"
FRIENDS = ("anna", "ben", "chloe")

_OWNED_MOVIES = 40
_OWNED_SHOWS = 15


def furnish(plex: FakePlex, overseerr: FakeOverseerr, *, clock: Clock) -> Sequence[FakeAccount]:
    """Returns the friends, known to Overseerr as well. What the library holds is available there too."""
    plex.media_server.illustrated = True
    friends = [plex.add_friend(name, email=f"{name}@example.com") for name in FRIENDS]
    for friend in friends:
        overseerr.add_user(plex_id=friend.id, email=friend.email, username=friend.username)
    catalogue = overseerr.state.catalogue
    for position, movie in enumerate(catalogue.popular("movie")[:_OWNED_MOVIES]):
        plex.library.add_movie(
            movie.name,
            movie.released.year if movie.released else None,
            tmdb=movie.tmdb_id,
            summary=movie.overview,
            genres=[movie.genre],
            added_at=clock.now() - timedelta(hours=7 * position),
        )
        overseerr.set_available("movie", movie.tmdb_id)
    for position, owned in enumerate(catalogue.popular("tv")[:_OWNED_SHOWS]):
        plex.library.add_show(
            owned.name,
            owned.released.year if owned.released else None,
            tmdb=owned.tmdb_id,
            seasons={1: owned.seasons.get(1, 6)},
            summary=owned.overview,
            genres=[owned.genre],
            added_at=clock.now() - timedelta(days=position),
        )
    return friends


def wishes(overseerr: FakeOverseerr) -> list[dict[str, object]]:
    """Bodies of requests for titles the library does not hold."""
    catalogue = overseerr.state.catalogue
    movies = [
        {"mediaType": "movie", "tmdbId": title.tmdb_id}
        for title in catalogue.popular("movie")[_OWNED_MOVIES : _OWNED_MOVIES + 9]
    ]
    shows = [
        {"mediaType": "tv", "tmdbId": title.tmdb_id, "seasons": [1]}
        for title in catalogue.popular("tv")[_OWNED_SHOWS : _OWNED_SHOWS + 3]
    ]
    return [*movies, *shows]
