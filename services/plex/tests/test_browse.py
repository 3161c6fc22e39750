"""Looking around in the libraries, with Plex and without it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from medianest.testing import AT_ONCE
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.identity import Role
from medianest_common.contracts.plex import ItemType, ListLibraries, ListRecentlyAdded
from medianest_common.contracts.plex.browse import (
    FindPlaces,
    GetCollection,
    GetItem,
    GetLibraryFilters,
    ItemSort,
    ListChildren,
    ListCollections,
    ListItems,
    ListOnDeck,
    OnDeckReason,
    SortOrder,
)
from medianest_common.errors import MediaNestError
from medianest_plex.adapters.details import details
from medianest_plex.item_pages import items_of
from services.plex.tests.household import NOW, Household, as_in_earnest
from services.plex.tests.shelved import Shelved

_FILMS = """
    insert into items (server_id, rating_key, library_id, type, title, sort_title, year, released_on, added_at,
                       duration_ms, rating, content_rating, view_count, genres, extra, digest)
    select server_id, 1000000 + n, library_id, 'movie', 'Film ' || n, 'film ' || md5(n::text), 1950 + n % 75,
           date '1950-01-01' + n % 20000, now() - make_interval(mins => n), n % 9000000, n % 100 / 10.0,
           case when n % 1000 = 0 then 'X' else 'PG' end, n % 2,
           case when n % 5000 = 0 then array['Rare'] when n % 3 = 0 then array['Drama'] else array['Comedy'] end,
           '{}', ''
      from generate_series(cast(:first as int), cast(:last as int)) n
     cross join (select server_id, library_id from items where title = 'Heat') heat
 returning rating_key
"""
HDR_DOCUMENT: dict[str, Any] = {
    "Media": [
        {
            "videoResolution": "4k",
            "bitrate": "60000",
            "Part": [
                {
                    "size": 10,
                    "file": "/data/one.mkv",
                    "Stream": [
                        {"streamType": 1, "codec": "hevc", "DOVIPresent": True, "colorTrc": "smpte2084"},
                        {
                            "streamType": "2",
                            "languageTag": "de",
                            "codec": "truehd",
                            "channels": "8",
                            "default": "1",
                        },
                        {"streamType": 3, "languageCode": "eng", "codec": "srt", "key": "/library/streams/1"},
                        {"streamType": 3, "language": "Deutsch", "codec": "pgs", "forced": True},
                        "nonsense",
                    ],
                },
                {"size": 5},
            ],
        },
        {"Part": [{"Stream": [{"streamType": 1, "colorTrc": "arib-std-b67"}]}]},
    ],
    "Rating": [{"image": "imdb://image.rating", "value": "7.5", "type": "audience"}, {"value": "bad"}],
    "rating": 7.3,
    "ratingImage": "rottentomatoes://image.rating.ripe",
    "Role": [{"tag": "Ann", "role": "Queen", "thumb": "https://elsewhere/x.jpg"}, {"role": "nobody"}],
    "Director": {"tag": "One alone"},
}


def test_technical_data_are_read_as_plex_writes_them() -> None:
    told = details(HDR_DOCUMENT, with_files=False)

    best, other = told["media"]
    assert (best.resolution, best.hdr, best.bitrate_kbps, best.size_bytes) == (
        "4k",
        "Dolby Vision",
        60_000,
        15,
    )
    assert [(a.language, a.codec, a.channels, a.is_default) for a in best.audio] == [
        ("de", "truehd", 8, True)
    ]
    assert [(s.language, s.is_external, s.is_forced) for s in best.subtitles] == [
        ("eng", True, False),
        (None, False, True),
    ]
    assert (best.files, other.hdr) == ([], "HLG")
    assert [(r.source, r.kind, r.value) for r in told["ratings"]] == [
        ("imdb", "audience", 7.5),
        ("rottentomatoes", "critic", 7.3),
    ]
    assert [(m.name, m.role) for m in told["cast"]] == [("Ann", "Queen")]
    assert told["directors"] == ["One alone"]
    assert details(HDR_DOCUMENT, with_files=True)["media"][0].files == ["/data/one.mkv"]
    assert details({}, with_files=True)["media"] == []


def _stock(shelved: Shelved) -> None:
    films: list[tuple[str, int, float, int, list[str], str]] = [
        ("The Apartment", 1960, 8.3, 125, ["Comedy", "Drama"], "PG"),
        ("Brazil", 1985, 7.8, 132, ["Comedy"], "R"),
        ("Éclair", 2001, 6.0, 90, ["Drama"], "R"),
        ("Zodiac", 2007, 7.7, 157, ["Crime", "Drama"], "R"),
    ]
    for number, (title, year, rating, minutes, genres, content_rating) in enumerate(films):
        key = shelved.plex.library.add_movie(
            title,
            year,
            genres=genres,
            content_rating=content_rating,
            added_at=NOW - timedelta(days=30 + number),
        )
        item = shelved.plex.library.item(key)
        item.rating, item.duration_ms = rating, minutes * 60_000
    for title in ("Alien", "Heat"):
        item = shelved.plex.library.item(shelved.key(title))
        item.rating, item.duration_ms = 8.5 if title == "Alien" else 8.1, 7_000_000


async def _refused(shelved: Household, message: Rpc[Any], **who: Any) -> tuple[int, str]:
    with pytest.raises(MediaNestError) as refused:
        await shelved.ask(message, **who)
    return refused.value.status, refused.value.code


async def test_libraries_come_from_the_index(shelved: Shelved) -> None:
    friend = await shelved.signed_in(shelved.plex.add_friend("fritz", libraries=["Movies"]))
    photos = shelved.plex.library.add_section("Photos", type="photo")
    await shelved.reread()
    shelved.plex.requests.clear()

    answer = await shelved.ask(ListLibraries())

    assert [(each.key, each.title, each.type, each.count) for each in answer.items] == [
        ("1", "Movies", "movie", 2),
        ("2", "TV Shows", "show", 1),
        ("3", "Grown-ups", "movie", 1),
        (str(photos.key), "Photos", "photo", None),
    ]
    assert not answer.stale and not shelved.plex.requests
    assert await shelved.libraries(friend) == ["Movies"]
    shelved.plex.server.fail_with("refuse")
    shelved.later()
    assert (await shelved.ask(ListLibraries())).stale


async def test_a_library_is_sorted_and_paged_as_one_likes(shelved: Shelved) -> None:
    _stock(shelved)
    await shelved.reread()
    by_title = ["Alien", "The Apartment", "Brazil", "Éclair", "Heat", "Zodiac"]
    by_year = ["The Apartment", "Alien", "Brazil", "Heat", "Éclair", "Zodiac"]

    assert await shelved.items() == by_title
    assert await shelved.items(sort=ItemSort.TITLE, order=SortOrder.DESC) == by_title[::-1]
    for sort in (ItemSort.YEAR, ItemSort.RELEASED_AT):
        assert await shelved.items(sort=sort, order=SortOrder.ASC) == by_year
        assert await shelved.items(sort=sort) == by_year[::-1]
    assert await shelved.items(sort=ItemSort.RATING) == [
        "Alien",
        "The Apartment",
        "Heat",
        "Brazil",
        "Zodiac",
        "Éclair",
    ]
    assert (await shelved.items(sort=ItemSort.DURATION))[:2] == ["Zodiac", "Brazil"]
    assert (await shelved.items(sort=ItemSort.ADDED_AT))[:2] == ["Alien", "Heat"]
    assert (await shelved.page()).total == 6
    assert (await shelved.page(year_from=2000)).total is None


async def test_a_library_is_narrowed_as_one_likes(shelved: Shelved) -> None:
    _stock(shelved)
    await shelved.reread()

    assert await shelved.items(genre="Comedy") == ["The Apartment", "Brazil"]
    assert await shelved.items(genre="Comedy'; --") == []
    assert await shelved.items(content_rating="R") == ["Brazil", "Éclair", "Zodiac"]
    assert await shelved.items(year_from=1985, year_to=2001) == ["Brazil", "Éclair", "Heat"]
    assert await shelved.items(rating_from=8.1) == ["Alien", "The Apartment", "Heat"]
    assert await shelved.items(genre="Drama", content_rating="R", sort=ItemSort.YEAR) == ["Zodiac", "Éclair"]
    assert await shelved.items(library="2", type=ItemType.EPISODE) == ["Episode 1", "Episode 2", "Episode 3"]
    filters = await shelved.ask(GetLibraryFilters(library="1"))
    assert [(genre.name, genre.count) for genre in filters.genres] == [
        ("Comedy", 2),
        ("Crime", 1),
        ("Drama", 3),
    ]
    assert [each.name for each in filters.content_ratings] == ["PG", "PG-13", "R"]
    assert (filters.first_year, filters.last_year) == (1960, 2007)


async def test_one_goes_to_the_middle_of_a_long_library_at_once(shelved: Shelved) -> None:
    _stock(shelved)
    for number in range(230):
        shelved.plex.library.add_movie(f"Saga {number:03}", 2010, quietly=True)
    shelved.plex.library.add_movie("9 to 5", 1980)
    await shelved.reread()
    titles = await shelved.items(limit=100)

    places = await shelved.ask(FindPlaces(library="1"))

    assert (places.total, places.size, len(places.cursors)) == (237, 100, 3)
    for number, cursor in enumerate(places.cursors):
        page = await shelved.ask(ListItems(library="1", limit=1, cursor=cursor))
        assert page.items[0].title == titles[100 * number]
    assert {mark.label: titles[mark.position] for mark in places.marks} == {
        "#": "9 to 5",
        "A": "Alien",
        "B": "Brazil",
        "E": "Éclair",
        "H": "Heat",
        "S": "Saga 000",
        "Z": "Zodiac",
    }
    years = await shelved.ask(FindPlaces(library="1", sort=ItemSort.YEAR))
    assert [(mark.label, mark.position) for mark in years.marks][:3] == [
        ("2010", 0),
        ("2007", 230),
        ("2001", 231),
    ]
    few = await shelved.ask(FindPlaces(library="1", genre="Comedy"))
    assert (few.total, few.cursors) == (2, [None])
    assert (await shelved.ask(FindPlaces(library="1", genre="None"))).total == 0


async def test_one_jumps_in_what_only_plex_knows(shelved: Shelved) -> None:
    mia = await shelved.signed_in(shelved.plex.add_managed_user("Mia", libraries=["Movies"]))
    for number in range(120):
        shelved.plex.library.add_movie(f"Saga {number:03}", 2010, quietly=True)

    places = await shelved.ask(FindPlaces(library="1"), by=mia)

    assert (places.total, len(places.cursors)) == (122, 2)
    page = await shelved.ask(ListItems(library="1", cursor=places.cursors[1], limit=100), by=mia)
    assert page.items[0].title == "Saga 098" and len(page.items) == 22


async def test_what_has_no_year_is_listed_too(shelved: Shelved) -> None:
    for number in range(3):
        shelved.plex.library.add_movie(f"Unknown {number}")
    await shelved.reread()

    newest_first = await shelved.items(sort=ItemSort.YEAR)

    assert newest_first[:2] == ["Heat", "Alien"]
    assert set(newest_first[2:]) == {"Unknown 0", "Unknown 1", "Unknown 2"}
    assert (await shelved.items(sort=ItemSort.YEAR, order=SortOrder.ASC))[3:] == ["Alien", "Heat"]
    assert await shelved.items(year_to=1980) == ["Alien"]


async def test_a_page_goes_on_where_the_last_one_ended_whatever_happened_meanwhile(shelved: Shelved) -> None:
    _stock(shelved)
    await shelved.reread()
    first = await shelved.page(limit=2)
    shelved.plex.library.add_movie("Aaa", 2020)
    shelved.plex.library.remove(shelved.key("The Apartment"))
    await shelved.reread()

    second = await shelved.page(limit=2, cursor=first.next_cursor)

    assert [item.title for item in (*first.items, *second.items)] == [
        "Alien",
        "The Apartment",
        "Brazil",
        "Éclair",
    ]
    for query in (
        ListItems(library="1", sort=ItemSort.YEAR, cursor=first.next_cursor),
        ListItems(library="3", cursor=first.next_cursor),
        ListItems(library="1", cursor="nonsense"),
        ListItems(library="1", cursor="x" * 2000),
    ):
        assert await _refused(shelved, query) == (400, "INVALID_CURSOR")


async def test_titles_of_any_length_and_script_are_paged_and_found(shelved: Shelved) -> None:
    titles = ["🎬" * 400, "千" * 450, "é" * 500, '"' * 300, "a b " * 120, "!!!"]
    for title in titles:
        shelved.plex.library.add_movie(title, 2020)
    await shelved.reread()

    for order in SortOrder:
        listed = await shelved.items(order=order, limit=1)
        assert sorted(listed) == sorted([*(title.strip() for title in titles), "Alien", "Heat"])
    assert await shelved.found("千" * 40) == ["千" * 450]


@pytest.mark.long
async def test_pages_of_a_large_library_are_read_along_an_index(shelved: Shelved) -> None:
    """At 100,000 items: no plan reads the table from end to end, and none sorts what it does not show."""
    for part in range(0, 100_000, 20_000):
        await shelved.rows(_FILMS, first=part + 1, last=part + 20_000)
    async with shelved.app.db.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("vacuum analyze items"))
    ((library,),) = await shelved.rows("select id from libraries where key = 1")
    deep = {}
    for sort in ItemSort:
        for order in SortOrder:
            first = await shelved.page(sort=sort, order=order, limit=100)
            deep[sort, order] = first.next_cursor
    queries = [ListItems(library="1", sort=s, order=o, cursor=cursor) for (s, o), cursor in deep.items()]
    queries += [ListItems(library="1", sort=sort, genre="Drama", unwatched=True) for sort in ItemSort]
    queries += [ListItems(library="1", genre="Rare"), ListItems(library="1", content_rating="X")]
    queries += [ListItems(library="1", sort=ItemSort.YEAR, year_from=1999, year_to=2000, rating_from=9)]

    for query in queries:
        plan, read = await _plan(shelved, query, library=library)
        assert not [scan for scan in _scans(plan) if scan.endswith("Seq Scan")], plan
        assert read < 3000, plan
        if not query.is_narrowed:
            assert read <= 2 * (query.limit + 1), plan


async def _plan(shelved: Shelved, query: ListItems, *, library: int) -> tuple[dict[str, Any], int]:
    """And how many rows of items were looked at."""
    explained: list[Any] = []
    async with shelved.app.db.read() as connection:

        class Explaining:
            async def execute(self, statement: Any, values: Any) -> Any:
                sql = text(f"explain (analyze, format json) {statement.text}")
                explained.append((await connection.execute(sql, values)).scalar_one())
                return await connection.execute(statement, values)

        await items_of(Explaining(), query, library_id=library, kind="movie")  # type: ignore[arg-type]
    (found,) = explained
    plan = found[0]["Plan"]
    return plan, _looked_at(plan)


def _scans(node: dict[str, Any]) -> list[str]:
    """How items were read."""
    own = [node["Node Type"]] if node.get("Relation Name") == "items" else []
    return own + [scan for child in node.get("Plans", ()) for scan in _scans(child)]


def _looked_at(node: dict[str, Any]) -> int:
    own = 0
    if node.get("Relation Name") == "items":
        own = int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
    return own + sum(_looked_at(child) for child in node.get("Plans", ()))


async def test_new_episodes_of_a_show_are_one_row(shelved: Shelved) -> None:
    library = shelved.plex.library
    library.add_show("Dark", 2017, seasons={1: 10}, added_at=NOW - timedelta(hours=1))
    library.add_show("Lost", 2004, seasons={1: 2, 2: 2}, added_at=NOW - timedelta(hours=2))
    one = library.add_show("Fargo", 2014, seasons={1: 4}, added_at=NOW - timedelta(days=40))
    library.add_episode(one, 2, 1, title="Waiting for Dutch", added_at=NOW - timedelta(hours=3))
    music = library.add_section("Music", type="artist")
    library.add_artist(
        "Somebody", albums={"Songs": ["One", "Two"]}, section=music.title, added_at=NOW - timedelta(hours=4)
    )
    await shelved.reread()

    answer = await shelved.ask(ListRecentlyAdded())

    rows = [(item.type, item.parent_title, item.title, item.new_episodes) for item in answer.items]
    assert rows == [
        (ItemType.MOVIE, None, "Saw", None),
        (ItemType.SEASON, "Dark", "Season 1", 10),
        (ItemType.SHOW, None, "Lost", 4),
        (ItemType.EPISODE, "Season 2", "Waiting for Dutch", 1),
        (ItemType.ALBUM, "Somebody", "Songs", None),
        (ItemType.MOVIE, None, "Alien", None),
        (ItemType.SEASON, "Severance", "Season 1", 3),
        (ItemType.MOVIE, None, "Heat", None),
    ]
    assert not answer.stale
    of_one = await shelved.ask(ListRecentlyAdded(library="1", limit=1))
    assert [item.title for item in of_one.items] == ["Alien"]
    friend = await shelved.signed_in(shelved.plex.add_friend("fritz", libraries=["Movies"]))
    assert await shelved.newest(friend) == ["Alien", "Heat"]
    assert await _refused(shelved, ListRecentlyAdded(library="3"), by=friend) == (404, "NO_SUCH_LIBRARY")
    shelved.plex.server.fail_with("refuse")
    shelved.later()
    assert (await shelved.ask(ListRecentlyAdded())).stale


async def test_what_one_has_not_seen_is_ones_own(shelved: Shelved) -> None:
    account = shelved.plex.add_friend("fritz", libraries=["Movies"])
    friend = await shelved.signed_in(account)
    watching, library = shelved.plex.media_server.watching, shelved.plex.library
    watching.see(account, library.item(shelved.key("Heat")))
    watching.see(shelved.plex.owner, library.item(shelved.key("Alien")))
    library.add_movie("Brazil", 1985, genres=["Comedy"])
    await shelved.reread()

    assert await shelved.items(friend, unwatched=True) == ["Alien", "Brazil"]
    assert await shelved.items(friend, unwatched=True, genre="Comedy", year_from=1985, year_to=1985) == [
        "Brazil"
    ]
    assert await shelved.items(role=Role.ADMIN, unwatched=True) == ["Brazil", "Heat"]
    assert await _refused(shelved, ListItems(library="1", unwatched=True)) == (422, "INVALID")


async def test_an_item_is_told_with_all_that_plex_knows(shelved: Shelved) -> None:
    friend = await shelved.signed_in(shelved.plex.add_friend("fritz", libraries=["Movies"]))
    key = shelved.key("Alien")

    item = await shelved.ask(GetItem(rating_key=key), by=friend)
    for_admin = await shelved.ask(GetItem(rating_key=key), role=Role.ADMIN)

    assert (item.title, item.year, item.tmdb_id, item.library_title) == ("Alien", 1979, 348, "Movies")
    assert [member.name for member in item.cast] == ["Sigourney Weaver"]
    (version,) = item.media
    assert (version.resolution, version.video_codec, version.container) == ("sd", "h264", "mp4")
    assert [(audio.title, audio.codec, audio.channels, audio.is_default) for audio in version.audio] == [
        ("Mono", "aac", 1, True)
    ]
    assert (version.hdr, version.subtitles, version.files) == (None, [], [])
    assert for_admin.media[0].files == ["/data/Movies/Alien (1979)/Alien (1979).mp4"]
    assert item.plex_url == (
        f"https://app.plex.tv/desktop/#!/server/{shelved.plex.machine_id}/details?key=%2Flibrary%2Fmetadata%2F{key}"
    )
    assert item.view_count == 0 and item.image and item.art and not item.stale
    assert (await shelved.ask(GetItem(rating_key=key))).view_count is None


async def test_while_plex_is_away_the_index_tells_what_it_has(shelved: Shelved) -> None:
    show, season = shelved.key("Severance"), shelved.key("Season 1")
    shelved.plex.server.fail_with("hang")
    shelved.later()

    with as_in_earnest():
        item = await shelved.ask(GetItem(rating_key=show), timeout=AT_ONCE)
        seasons = await shelved.ask(ListChildren(rating_key=show))
        episodes = await shelved.ask(ListChildren(rating_key=season, limit=2))
        rest = await shelved.ask(ListChildren(rating_key=season, limit=2, cursor=episodes.next_cursor))

    assert (item.title, item.stale, item.tvdb_id, item.library_title) == (
        "Severance",
        True,
        371980,
        "TV Shows",
    )
    assert [child.title for child in seasons.items] == ["Season 1"] and seasons.stale
    assert [e.index for e in (*episodes.items, *rest.items)] == [1, 2, 3]
    assert rest.next_cursor is None


async def test_what_one_may_not_see_is_not_there(shelved: Shelved) -> None:
    saw, heat = shelved.key("Saw"), shelved.key("Heat")
    nights = shelved.plex.library.add_collection("Nights", [saw], section="Grown-ups")
    await shelved.reread()
    friend = await shelved.signed_in(shelved.plex.add_friend("fritz", libraries=["Movies"]))
    child = await shelved.signed_in(shelved.plex.add_managed_user("Mia", libraries=["Movies"]))
    hidden: list[Rpc[Any]] = [
        GetItem(rating_key=saw),
        GetItem(rating_key="999999"),
        GetItem(rating_key="../1"),
        ListChildren(rating_key=saw),
        ListChildren(rating_key="9" * 30),
        ListItems(library="3"),
        ListItems(library="99"),
        ListItems(library="1 or 1=1"),
        GetLibraryFilters(library="3"),
        ListCollections(library="3"),
        GetCollection(rating_key=nights),
        GetCollection(rating_key=heat),
    ]

    for who in (friend, child):
        assert (await shelved.ask(GetItem(rating_key=heat), by=who)).title == "Heat"
        for message in hidden:
            assert (await _refused(shelved, message, by=who))[0] == 404, message
    shelved.plex.server.fail_with("refuse")
    shelved.later()
    assert (await _refused(shelved, GetItem(rating_key=saw), by=friend))[0] == 404
    assert (await _refused(shelved, GetItem(rating_key=heat), by=child))[0] == 503


async def test_collections_and_what_is_in_them(shelved: Shelved) -> None:
    library = shelved.plex.library
    keys = [shelved.key(title) for title in ("Heat", "Alien")]
    nights = library.add_collection("Nights", keys)
    library.add_collection("Bloody", [shelved.key("Saw")], section="Grown-ups")
    await shelved.reread()
    friend = await shelved.signed_in(shelved.plex.add_friend("fritz", libraries=["Movies"]))
    mia = await shelved.signed_in(shelved.plex.add_managed_user("Mia", libraries=["Movies"]))

    everybody = await shelved.ask(ListCollections(limit=1))
    rest = await shelved.ask(ListCollections(limit=1, cursor=everybody.next_cursor))
    assert [each.title for each in (*everybody.items, *rest.items)] == ["Bloody", "Nights"]
    for who in (friend, mia):
        assert [c.title for c in (await shelved.ask(ListCollections(), by=who)).items] == ["Nights"]
        first = await shelved.ask(GetCollection(rating_key=nights, limit=1), by=who)
        second = await shelved.ask(
            GetCollection(rating_key=nights, limit=1, cursor=first.next_cursor), by=who
        )
        assert first.collection.title == "Nights"
        assert [item.title for item in (*first.items, *second.items)] == ["Heat", "Alien"]
        assert second.next_cursor is None
    children = await shelved.ask(ListChildren(rating_key=nights))
    assert [item.title for item in children.items] == ["Heat", "Alien"]


async def test_whom_plex_restricts_is_shown_only_what_their_own_token_is(shelved: Shelved) -> None:
    account = shelved.plex.add_managed_user("Mia", libraries=["TV Shows", "Movies"])
    mia = await shelved.signed_in(account)
    shelved.plex.library.add_movie("Brazil", 1985, genres=["Comedy"])
    show = shelved.key("Severance")

    # Not in the index yet, so it was read now.
    assert await shelved.items(mia) == ["Alien", "Brazil", "Heat"]
    assert await shelved.items(mia, genre="Comedy") == ["Brazil"]
    assert await shelved.items(mia, genre="Drama") == []
    assert await shelved.items(mia, sort=ItemSort.YEAR) == ["Heat", "Brazil", "Alien"]
    filters = await shelved.ask(GetLibraryFilters(library="1"), by=mia)
    assert [genre.name for genre in filters.genres] == ["Comedy"]
    seasons = await shelved.ask(ListChildren(rating_key=show), by=mia)
    assert [item.title for item in seasons.items] == ["Season 1"]

    asked = {
        r.token
        for r in shelved.plex.requests
        if r.path.startswith(("/library/sections/", "/library/metadata"))
    }
    assert asked == {account.server_token}


async def test_on_deck_is_ones_own(shelved: Shelved) -> None:
    account = shelved.plex.add_friend("fritz")
    friend = await shelved.signed_in(account)
    watching, library = shelved.plex.media_server.watching, shelved.plex.library
    watching.stop(account, library.item(shelved.key("Heat")), at_ms=60_000)
    watching.see(account, library.item(shelved.key("Episode 1")))
    watching.stop(shelved.plex.owner, library.item(shelved.key("Alien")), at_ms=1)

    answer = await shelved.ask(ListOnDeck(), by=friend)

    assert [(item.title, item.view_offset_ms) for item in answer.items] == [
        ("Heat", 60_000),
        ("Episode 2", None),
    ]
    shelved.plex.server.fail_with("refuse")
    shelved.later()
    kept = await shelved.ask(ListOnDeck(), by=friend)
    assert (kept.stale, len(kept.items)) == (True, 2)
    for role in (Role.USER, Role.OWNER):
        nobody = await shelved.ask(ListOnDeck(), by=uuid7(), role=role)
        assert (nobody.items, nobody.reason) == ([], OnDeckReason.NO_PLEX_ACCOUNT)


async def test_only_administrators_are_told_where_files_lie(shelved: Shelved) -> None:
    friend = await shelved.signed_in(shelved.plex.add_friend("fritz"))
    heat, show = shelved.key("Heat"), shelved.key("Severance")
    messages: list[Rpc[Any]] = [
        *(
            ListItems(library="1"),
            GetItem(rating_key=heat),
            ListChildren(rating_key=show),
            ListRecentlyAdded(),
        ),
        *(
            ListItems(library="1", unwatched=True),
            ListOnDeck(),
            ListCollections(),
            GetLibraryFilters(library="1"),
        ),
    ]
    said = b""
    with shelved.sandbox.as_user(user_id=friend):
        for message in messages:
            said += await shelved.sandbox.bus.call_raw(message, timeout=10)

    assert b"Heat" in said
    assert b"/data/" not in said and b".mkv" not in said and b"/library/metadata/" not in said
    assert not [token for token in shelved.plex.tokens if token.encode() in said]
