"""Sections, lists, items, search and pictures of the pretend media server."""

import struct
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from medianest_common.testing.fake_plex import FakePlex


async def container(client: httpx.AsyncClient, path: str, **query: Any) -> dict[str, Any]:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["MediaContainer"]
    return found


def titles(found: dict[str, Any]) -> list[str]:
    return [item["title"] for item in found.get("Metadata", [])]


async def test_identity_needs_no_token_and_everything_else_does(plex: FakePlex) -> None:
    async with httpx.AsyncClient(base_url=plex.server_url, timeout=5) as anonymous:
        assert (await anonymous.get("/identity")).status_code == 200
        refused = await anonymous.get("/library/sections", headers={"Accept": "application/json"})
    assert refused.status_code == 401
    assert refused.headers["content-type"].startswith("text/html")


async def test_a_friend_sees_only_the_shared_libraries(plex: FakePlex, server: httpx.AsyncClient) -> None:
    film = plex.library.add_movie("Heat", 1995)
    show = plex.library.add_show("The 100", seasons={1: 1})
    friend = plex.add_friend("frida", libraries=["TV Shows"])
    server.headers["X-Plex-Token"] = friend.server_token
    sections = await container(server, "/library/sections")
    assert [section["title"] for section in sections["Directory"]] == ["TV Shows"]
    assert titles(await container(server, "/library/recentlyAdded")) == ["Season 1"]
    assert (await server.get(f"/library/metadata/{show}")).status_code == 200
    for hidden in (
        f"/library/metadata/{film}",
        "/library/sections/1/all",
        f"/library/metadata/{film}/thumb/1",
    ):
        assert (await server.get(hidden)).status_code == 404
    for owners in ("/status/sessions", "/accounts", "/library/sections/2/refresh"):
        assert (await server.get(owners)).status_code == 403


async def test_an_empty_list_has_no_key(server: httpx.AsyncClient) -> None:
    assert "Metadata" not in await container(server, "/library/sections/1/all")
    assert await container(server, "/status/sessions") == {"size": 0}


async def test_pages_tell_their_place_and_the_total(plex: FakePlex, server: httpx.AsyncClient) -> None:
    plex.library.generate(25)
    page = {"X-Plex-Container-Start": "20", "X-Plex-Container-Size": "10"}
    by_query = await container(server, "/library/sections/1/all", **page)
    by_header = (await server.get("/library/sections/1/all", headers=page)).json()["MediaContainer"]
    assert by_query == by_header
    assert (by_query["size"], by_query["offset"], by_query["totalSize"]) == (5, 20, 25)
    count = await container(server, "/library/sections/1/all", **{"X-Plex-Container-Size": "0"})
    assert (count["size"], count["totalSize"]) == (0, 25)
    unpaged = await container(server, "/library/sections/1/all")
    assert unpaged["size"] == 25
    assert "totalSize" not in unpaged


async def test_external_ids_come_only_when_asked_for(plex: FakePlex, server: httpx.AsyncClient) -> None:
    film = plex.library.add_movie("The Matrix", 1999, tmdb=603, imdb="tt0133093")
    ids = [{"id": "imdb://tt0133093"}, {"id": "tmdb://603"}]
    assert "Guid" not in (await container(server, "/library/sections/1/all"))["Metadata"][0]
    listed = await container(server, "/library/sections/1/all", includeGuids="1")
    assert listed["Metadata"][0]["Guid"] == ids
    assert (await container(server, f"/library/metadata/{film}"))["Metadata"][0]["Guid"] == ids


@pytest.mark.parametrize(
    "query, expected",
    [
        ({"sort": "year:desc"}, ["The Matrix", "Heat", "Alien"]),
        ({"title": "a"}, ["Alien", "Heat", "The Matrix"]),
        ({"title=": "heat"}, ["Heat"]),
        ({"title<": "al"}, ["Alien"]),
        ({"year>": "1990", "sort": "year"}, ["Heat", "The Matrix"]),
        ({"year": "1979,1999", "sort": "year"}, ["Alien", "The Matrix"]),
        ({"addedAt>>": "-30d"}, ["Heat"]),
        ({"genre": "crime"}, ["Heat"]),
        ({"type": "2"}, []),
    ],
)
async def test_lists_are_filtered_and_sorted(
    plex: FakePlex, server: httpx.AsyncClient, query: dict[str, str], expected: list[str]
) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    plex.library.add_movie("The Matrix", 1999, added_at=long_ago)
    plex.library.add_movie("Heat", 1995, genres=["Crime"])
    plex.library.add_movie("Alien", 1979, added_at=long_ago)
    assert titles(await container(server, "/library/sections/1/all", **query)) == expected


async def test_an_unknown_filter_is_a_bad_request(server: httpx.AsyncClient) -> None:
    answer = await server.get("/library/sections/1/all", params={"colour": "red"})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_show_leads_to_its_seasons_and_episodes(plex: FakePlex, server: httpx.AsyncClient) -> None:
    show = plex.library.add_show("The 100", 2014, tvdb=268592, seasons={0: 1, 1: 3, 2: 2})
    seasons = await container(server, f"/library/metadata/{show}/children")
    assert seasons["Directory"][0]["title"] == "All episodes"
    assert [(s["index"], s["title"], s["leafCount"]) for s in seasons["Metadata"]] == [
        (0, "Specials", 1),
        (1, "Season 1", 3),
        (2, "Season 2", 2),
    ]
    episodes = await container(server, f"/library/metadata/{seasons['Metadata'][1]['ratingKey']}/children")
    assert [e["grandparentRatingKey"] for e in episodes["Metadata"]] == [show] * 3
    assert episodes["grandparentRatingKey"] == int(show)
    assert (await container(server, f"/library/metadata/{show}/allLeaves"))["size"] == 6


async def test_several_items_are_read_at_once_and_missing_ones_left_out(
    plex: FakePlex, server: httpx.AsyncClient
) -> None:
    first, second = plex.library.add_movie("Heat"), plex.library.add_movie("Alien")
    assert titles(await container(server, f"/library/metadata/{first},999,{second}")) == ["Heat", "Alien"]
    assert (await server.get("/library/metadata/999")).status_code == 404


async def test_what_is_removed_is_gone_with_all_below_it(plex: FakePlex, server: httpx.AsyncClient) -> None:
    show = plex.library.add_show("The 100", seasons={1: 2})
    plex.library.remove(show)
    for kind in ("2", "3", "4"):
        assert (await container(server, "/library/sections/2/all", type=kind))["size"] == 0


async def test_search_limits_each_hub_and_says_why_an_item_was_found(
    plex: FakePlex, server: httpx.AsyncClient
) -> None:
    for part in range(5):
        plex.library.add_movie(f"Pacino, a life, part {part}")
    plex.library.add_show("Hunters", roles=["Al Pacino"])
    found = await container(server, "/hubs/search", query="pacino")
    hubs = {hub["hubIdentifier"]: hub for hub in found["Hub"]}
    assert (hubs["movie"]["size"], hubs["movie"]["more"]) == (3, True)
    assert (hubs["show"]["Metadata"][0]["reason"], hubs["show"]["Metadata"][0]["reasonTitle"]) == (
        "actor",
        "Al Pacino",
    )
    assert "Metadata" not in hubs["episode"]
    assert (await server.get("/hubs/search")).status_code == 400


async def test_pictures_are_real_and_of_the_size_asked_for(plex: FakePlex, server: httpx.AsyncClient) -> None:
    film, bare = plex.library.add_movie("Heat"), plex.library.add_movie("Draft", has_thumb=False)
    query = {"width": "120", "height": "180", "url": f"/library/metadata/{film}/thumb/1", "format": "png"}
    picture = await server.get("/photo/:/transcode", params=query)
    assert picture.headers["content-type"] == "image/png"
    assert struct.unpack(">II", picture.content[16:24]) == (120, 180)
    thumb = await server.get(f"/library/metadata/{film}/thumb/1")
    assert thumb.content.startswith(b"\xff\xd8")
    assert thumb.content.endswith(b"\xff\xd9")
    assert (await server.get(f"/library/metadata/{bare}/thumb/1")).status_code == 404
    outside = await server.get("/photo/:/transcode", params=query | {"url": "http://127.0.0.1:1/secret"})
    assert outside.status_code == 404


async def test_a_scan_of_a_folder_is_on_record(plex: FakePlex, server: httpx.AsyncClient) -> None:
    started = await server.post("/library/sections/1/refresh", params={"path": "/data/Movies/new one"})
    assert started.status_code == 200
    assert [(scan.section.title, scan.path) for scan in plex.library.scans] == [
        ("Movies", "/data/Movies/new one")
    ]


async def test_a_collection_takes_items_of_its_own_type_only(
    plex: FakePlex, server: httpx.AsyncClient
) -> None:
    films = [plex.library.add_movie(f"Film {number}") for number in range(3)]
    show = plex.library.add_show("The 100", seasons={1: 1})
    uri = f"server://{plex.machine_id}/com.plexapp.plugins.library/library/metadata/"
    made = await server.post(
        "/library/collections",
        params={
            "type": "1",
            "title": "Mine",
            "sectionId": "1",
            "smart": "0",
            "uri": uri + ",".join(films[:2]),
        },
    )
    key = made.json()["MediaContainer"]["Metadata"][0]["ratingKey"]
    items = f"/library/collections/{key}/items"
    assert (await server.put(items, params={"uri": uri + films[2]})).status_code == 200
    assert (await server.put(items, params={"uri": uri + show})).status_code == 400
    assert (await container(server, items))["size"] == 3


async def test_xml_names_its_elements_after_the_type(plex: FakePlex, server: httpx.AsyncClient) -> None:
    plex.library.add_movie("Heat", tmdb=949)
    plex.library.add_show("The 100", seasons={1: 1})
    server.headers["Accept"] = "*/*"
    films = ElementTree.fromstring(
        (await server.get("/library/sections/1/all", params={"includeGuids": "1"})).text
    )
    shows = ElementTree.fromstring((await server.get("/library/sections/2/all")).text)
    assert [element.tag for element in films] == ["Video"]
    assert [element.tag for element in shows] == ["Directory"]
    assert [guid.get("id") for guid in films.iter("Guid")] == ["tmdb://949"]


async def test_older_libraries_have_the_ids_of_older_agents(
    plex: FakePlex, server: httpx.AsyncClient
) -> None:
    plex.library.add_show("Firefly", guid="com.plexapp.agents.thetvdb://78874?lang=en", seasons={1: 1})
    (episode,) = (await container(server, "/library/sections/2/all", type="4", includeGuids="1"))["Metadata"]
    assert episode["guid"] == "com.plexapp.agents.thetvdb://78874/1/1?lang=en"
    assert episode["grandparentGuid"] == "com.plexapp.agents.thetvdb://78874?lang=en"
    assert "Guid" not in episode


async def test_a_big_library_is_searched_and_paged(plex: FakePlex, server: httpx.AsyncClient) -> None:
    plex.library.generate(20_000)
    paging = {"X-Plex-Container-Start": "19990", "X-Plex-Container-Size": "100"}
    assert (await container(server, "/library/sections/1/all", **paging))["size"] == 10
    found = await container(server, "/hubs/search", query="amber")
    assert found["Hub"][0]["more"] is True
