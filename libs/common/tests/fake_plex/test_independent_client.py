"""python-plexapi, which knows nothing of us, finds its way through the pretend media server."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from plexapi.exceptions import NotFound, Unauthorized
from plexapi.server import PlexServer

from medianest_common.testing.fake_plex import FakePlex

connect: Any = PlexServer
"""The client has no types."""


@pytest.fixture
def filled(plex: FakePlex) -> FakePlex:
    plex.library.add_movie("Heat", 1995, tmdb=949, imdb="tt0113277", roles=["Al Pacino"], genres=["Crime"])
    plex.library.add_show("The 100", 2014, tvdb=268592, seasons={1: 3, 2: 2})
    return plex


async def ask[T](plex: FakePlex, question: Callable[[Any], T], *, token: str | None = None) -> T:
    """The client blocks, so it works in a thread of its own."""

    def work() -> T:
        return question(connect(plex.server_url, token or plex.server_token, timeout=10))

    return await asyncio.wait_for(asyncio.to_thread(work), 30)


async def test_it_connects_and_knows_the_server(filled: FakePlex) -> None:
    known = await ask(filled, lambda server: (server.friendlyName, server.machineIdentifier))
    assert known == ("Living Room", filled.machine_id)


async def test_it_is_refused_with_a_wrong_token(filled: FakePlex) -> None:
    with pytest.raises(Unauthorized):
        await ask(filled, lambda server: server.library, token="wrong")


async def test_it_lists_the_sections(filled: FakePlex) -> None:
    listed = await ask(filled, lambda server: [(s.key, s.title, s.type) for s in server.library.sections()])
    assert listed == [(1, "Movies", "movie"), (2, "TV Shows", "show")]


async def test_a_friend_lists_only_what_is_shared(filled: FakePlex) -> None:
    friend = filled.add_friend("frida", libraries=["Movies"])
    listed = await ask(
        filled, lambda server: [s.title for s in server.library.sections()], token=friend.server_token
    )
    assert listed == ["Movies"]


async def test_it_pages_through_a_library(filled: FakePlex) -> None:
    filled.library.generate(250)

    def titles(server: Any) -> set[str]:
        return {film.title for film in server.library.section("Movies").all(container_size=100)}

    assert len(await ask(filled, titles)) == 251
    starts = [
        call.headers.get("x-plex-container-start") for call in filled.requests if call.path.endswith("/all")
    ]
    assert starts == ["0", "100", "200"]


async def test_it_reads_external_ids_from_a_list_and_from_an_item(filled: FakePlex) -> None:
    def ids(server: Any) -> tuple[set[str], set[str]]:
        film = server.library.section("Movies").all()[0]
        listed = {guid.id for guid in film.guids}
        return listed, {guid.id for guid in server.fetchItem(film.ratingKey).guids}

    assert await ask(filled, ids) == ({"imdb://tt0113277", "tmdb://949"},) * 2


async def test_it_searches_by_title_and_by_actor(filled: FakePlex) -> None:
    def found(server: Any) -> tuple[list[str], list[str]]:
        by_title = [item.title for item in server.search("heat", mediatype="movie")]
        return by_title, [item.title for item in server.search("pacino", mediatype="movie")]

    assert await ask(filled, found) == (["Heat"], ["Heat"])


async def test_it_walks_from_a_show_to_its_episodes(filled: FakePlex) -> None:
    def walked(server: Any) -> list[tuple[str, str, int]]:
        show = server.library.section("TV Shows").get("The 100")
        return [
            (season.title, episode.grandparentTitle, episode.index)
            for season in show.seasons()
            for episode in season.episodes()
        ]

    expected = [("Season 1", "The 100", number) for number in (1, 2, 3)]
    assert await ask(filled, walked) == expected + [("Season 2", "The 100", number) for number in (1, 2)]


async def test_it_filters_through_the_fields_the_server_offers(filled: FakePlex) -> None:
    def recent(server: Any) -> list[str]:
        return [item.title for item in server.library.section("Movies").recentlyAdded()]

    assert await ask(filled, recent) == ["Heat"]


async def test_it_sees_who_is_watching(filled: FakePlex) -> None:
    filled.sessions.play(filled.add_friend("frida"), "1", offset=60_000)
    watching = await ask(
        filled, lambda server: [(s.title, s.usernames, s.viewOffset) for s in server.sessions()]
    )
    assert watching == [("Heat", ["frida"], 60_000)]


async def test_it_makes_and_fills_a_collection(filled: FakePlex) -> None:
    second = filled.library.add_movie("Alien", 1979)

    def made(server: Any) -> list[str]:
        section = server.library.section("Movies")
        collection = section.createCollection("Mine", items=[section.get("Heat")])
        collection.addItems(server.fetchItem(int(second)))
        return [item.title for item in collection.reload().items()]

    assert await ask(filled, made) == ["Heat", "Alien"]


async def test_it_starts_a_scan_of_one_folder(filled: FakePlex) -> None:
    await ask(filled, lambda server: server.library.section("Movies").update(path="/data/Movies/new"))
    assert [scan.path for scan in filled.library.scans] == ["/data/Movies/new"]


async def test_it_is_told_when_an_item_is_gone(filled: FakePlex) -> None:
    filled.library.remove("1")
    with pytest.raises(NotFound):
        await ask(filled, lambda server: server.fetchItem(1))


async def test_it_walks_from_an_artist_to_the_tracks(filled: FakePlex) -> None:
    filled.library.add_section("Music", type="artist")
    filled.library.add_artist("Björk", albums={"Debut": ["Human Behaviour", "Crying"]}, genres=["Pop"])

    def walked(server: Any) -> list[tuple[str, str, str, int]]:
        artist = server.library.section("Music").get("Björk")
        return [
            (track.grandparentTitle, album.title, track.title, track.index)
            for album in artist.albums()
            for track in album.tracks()
        ]

    assert await ask(filled, walked) == [
        ("Björk", "Debut", "Human Behaviour", 1),
        ("Björk", "Debut", "Crying", 2),
    ]


async def test_it_reads_every_kind_of_a_household_that_has_collected_for_years(plex: FakePlex) -> None:
    plex.furnish(600)

    def counted(server: Any) -> dict[str, int]:
        library = server.library
        kinds = {"Movies": ("movie",), "TV Shows": ("show", "season", "episode")}
        kinds["Music"] = ("artist", "album", "track")
        found = {
            kind: len({item.ratingKey for item in library.section(title).all(libtype=kind)})
            for title, each in kinds.items()
            for kind in each
        }
        assert library.section("Photos").type == "photo"
        return found

    there = Counter(item.type for item in plex.library.items.values())
    assert await ask(plex, counted) == {
        kind: number for kind, number in there.items() if kind != "collection"
    }
