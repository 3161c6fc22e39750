"""What administrators change: collections, and looking for new files."""

from typing import Any

import pytest

from medianest_common.contracts.base import Rpc
from medianest_common.contracts.identity import Role
from medianest_common.contracts.plex.changes import (
    ChangeCollection,
    CollectionChanged,
    CreateCollection,
    DeleteCollection,
    GetScan,
    ItemOutcome,
    ItemResult,
    ScanLibrary,
)
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_plex import FakePlex
from medianest_plex.sync import Sync
from medianest_plex.use_cases.change_collection import change_collection
from medianest_plex.use_cases.create_collection import create_collection
from medianest_plex.use_cases.delete_collection import delete_collection
from medianest_plex.use_cases.scan_library import lies_below
from services.plex.tests.household import Household
from services.plex.tests.indexing import Indexed

DONE, UNCHANGED, REFUSED, FAILED = ItemOutcome


async def _do[R](home: Household, message: Rpc[R]) -> R:
    return await home.ask(message, role=Role.ADMIN, timeout=20)


async def _refusal(home: Household, message: Rpc[Any], *, role: Role = Role.ADMIN) -> MediaNestError:
    with pytest.raises(MediaNestError) as refused:
        await home.ask(message, role=role)
    return refused.value


def _key(plex: FakePlex, title: str) -> str:
    return next(item.rating_key for item in plex.library.items.values() if item.title == title)


def _held(plex: FakePlex, collection: str) -> list[str]:
    return [item.title for item in plex.library.item(collection).children]


def _outcomes(results: list[ItemResult]) -> list[ItemOutcome]:
    return [result.outcome for result in results]


async def _made(home: Household, *titles: str, name: str = "Nights") -> CollectionChanged:
    keys = [_key(home.plex, title) for title in titles]
    return await _do(home, CreateCollection(title=name, library_key="1", rating_keys=keys))


async def test_a_collection_is_made_filled_emptied_and_given_up(home: Household) -> None:
    plex = home.plex
    made = await _made(home, "Heat")
    assert (made.title, made.library_key, made.item_count) == ("Nights", "1", 1)

    heat, alien = _key(plex, "Heat"), _key(plex, "Alien")
    changed = await _do(home, ChangeCollection(rating_key=made.rating_key, add=[alien], remove=[heat]))
    assert (_outcomes(changed.added), _outcomes(changed.removed)) == ([DONE], [DONE])
    assert _held(plex, made.rating_key) == ["Alien"]
    again = await _do(home, ChangeCollection(rating_key=made.rating_key, add=[alien], remove=[heat]))
    assert (_outcomes(again.added), _outcomes(again.removed)) == ([UNCHANGED], [UNCHANGED])

    await _do(home, DeleteCollection(rating_key=made.rating_key))
    assert int(made.rating_key) not in plex.library.items
    assert {"Heat", "Alien"} <= {item.title for item in plex.library.items.values()}
    assert (await _refusal(home, DeleteCollection(rating_key=made.rating_key))).code == "NO_SUCH_COLLECTION"


async def test_many_items_go_in_pieces_that_fit_into_an_address(home: Household) -> None:
    keys = home.plex.library.generate(130)

    made = await _do(home, CreateCollection(title="Many", library_key="1", rating_keys=keys))

    assert made.item_count == 130
    assert set(_outcomes(made.added)) == {DONE}
    sent = [r.query["uri"].count(",") + 1 for r in home.plex.requests if r.method in ("POST", "PUT")]
    assert sent == [50, 50, 30]


async def test_the_type_is_checked_first(home: Household) -> None:
    """Plex answers 400 to all when one of them does not fit."""
    plex = home.plex
    season = _key(plex, "Season 1")
    keys = [_key(plex, "Heat"), _key(plex, "Severance"), season, _key(plex, "Saw"), "999999"]

    made = await _do(home, CreateCollection(title="Mixed", library_key="1", rating_keys=keys))

    assert _outcomes(made.added) == [DONE, REFUSED, REFUSED, REFUSED, REFUSED]
    assert made.added[4].problem == "Plex knows no such item."
    assert not [
        r for r in plex.requests if r.method == "POST" and season in r.query["uri"].split("/")[-1].split(",")
    ]
    shows = await _do(
        home, CreateCollection(title="Shows", library_key="2", rating_keys=[_key(plex, "Severance")])
    )
    added = await _do(home, ChangeCollection(rating_key=shows.rating_key, add=[season]))
    assert _outcomes(added.added) == [REFUSED]
    assert "type" in (added.added[0].problem or "")


async def test_one_item_that_plex_refuses_does_not_keep_the_others_out(home: Household) -> None:
    made = await _made(home, "Heat")
    keys = home.plex.library.generate(3)
    home.plex.quirks.refused_keys.add(int(keys[1]))

    changed = await _do(home, ChangeCollection(rating_key=made.rating_key, add=keys))

    assert _outcomes(changed.added) == [DONE, FAILED, DONE]
    assert changed.item_count == 3


async def test_nothing_but_collections_is_ever_deleted(home: Household) -> None:
    """Plex deletes the files of a film that it is told to delete."""
    heat = _key(home.plex, "Heat")

    refused = await _refusal(home, DeleteCollection(rating_key=heat))

    assert (refused.status, refused.code) == (404, "NO_SUCH_COLLECTION")
    assert "Heat" in {item.title for item in home.plex.library.items.values()}
    assert not [request for request in home.plex.requests if request.method == "DELETE"]


async def test_a_title_is_taken_once(home: Household) -> None:
    await _made(home, "Heat", name="Film Nights")

    refused = await _refusal(
        home,
        CreateCollection(title="film nights!", library_key="1", rating_keys=[_key(home.plex, "Alien")]),
    )

    assert (refused.status, refused.code) == (409, "COLLECTION_EXISTS")


async def test_what_cannot_be_a_collection_is_none(home: Household) -> None:
    impossible = {("9", "1"): "NO_SUCH_LIBRARY", ("1", "999"): "NOTHING_FITS", ("2", "1"): "NOTHING_FITS"}
    for (library, key), code in impossible.items():
        message = CreateCollection(title="None", library_key=library, rating_keys=[key])
        assert (await _refusal(home, message)).code == code
    assert not [item for item in home.plex.library.items.values() if item.type == "collection"]


async def test_items_leave_also_where_the_server_keeps_to_its_description(home: Household) -> None:
    made = await _made(home, "Heat", "Alien")
    home.plex.quirks.removes_by_put_only = True

    changed = await _do(home, ChangeCollection(rating_key=made.rating_key, remove=[_key(home.plex, "Heat")]))

    assert _outcomes(changed.removed) == [DONE]
    assert _held(home.plex, made.rating_key) == ["Alien"]


async def test_when_plex_goes_in_the_middle_the_rest_is_told_as_failed(home: Household) -> None:
    keys = home.plex.library.generate(120)
    home.plex.quirks.after_change = lambda count: (
        home.plex.server.fail_with(503, times=1, path="/library/collections/") if count == 2 else None
    )

    made = await _do(home, CreateCollection(title="Half", library_key="1", rating_keys=keys))

    assert _outcomes(made.added) == [DONE] * 100 + [FAILED] * 20
    assert made.item_count == 100


MESSAGES: list[Rpc[Any]] = [
    CreateCollection(title="Mine", library_key="1", rating_keys=["1"]),
    ChangeCollection(rating_key="1", add=["1"]),
    DeleteCollection(rating_key="1"),
    ScanLibrary(library_key="1"),
    GetScan(library_key="1"),
]


async def test_these_are_for_administrators(home: Household) -> None:
    refusals = [(await _refusal(home, message, role=Role.USER)).status for message in MESSAGES]

    assert refusals == [403] * len(MESSAGES)
    assert not [r for r in home.plex.requests if r.method not in ("GET", "WEBSOCKET")]


@pytest.mark.parametrize("get_only", [False, True])
async def test_a_library_is_scanned_and_its_progress_told(home: Household, get_only: bool) -> None:
    home.plex.quirks.scans_by_get_only = get_only
    scans = home.plex.media_server.scans
    scans.held = True

    begun = await _do(home, ScanLibrary(library_key="1"))
    assert (begun.running, begun.title) == (True, "Movies")
    unknown = await _do(home, GetScan(library_key="1"))
    assert (unknown.running, unknown.progress) == (True, None)
    scans.advance(40)
    assert (await _do(home, GetScan(library_key="1"))).progress == 40
    assert not (await _do(home, GetScan(library_key="2"))).running
    scans.advance(100)
    assert not (await _do(home, GetScan(library_key="1"))).running
    assert [(scan.section.title, scan.path) for scan in home.plex.library.scans] == [("Movies", None)]


async def test_a_folder_is_scanned_by_the_name_the_server_knows_it_by(home: Household) -> None:
    home.plex.library.section("Movies").path = "/data/Böse & Gute, Filme"

    await _do(home, ScanLibrary(library_key="1", path="/data/Böse & Gute, Filme/Neu +1"))

    assert home.plex.library.scans[-1].path == "/data/Böse & Gute, Filme/Neu +1"


@pytest.mark.parametrize(
    "own, path, allowed",
    [
        ("/data/Movies", "/data/Movies", True),
        ("/data/Movies", "/data/Movies/", True),
        ("/data/Movies/", "/data/Movies/New", True),
        ("/data/Movies", "/data/MoviesOfOthers", False),
        ("/data/Movies", "/data/Movies/../Secret", False),
        ("/data/Movies", "/data", False),
        ("/data/Movies", "data/Movies", False),
        ("/data/Movies", "/data/Movies/\nx", False),
        ("/data/Movies", "C:\\data\\Movies", False),
        ("D:\\Media\\Movies", "D:\\Media\\Movies\\New", True),
        ("D:\\Media\\Movies", "d:/media/movies/New", True),
        ("D:\\Media\\Movies", "D:\\Media\\Movies\\..\\Secret", False),
        ("D:\\Media\\Movies", "D:\\Media", False),
        ("\\\\nas\\media\\Movies", "\\\\nas\\media\\Movies\\New", True),
        ("\\\\nas\\media\\Movies", "\\\\nas\\other\\Movies", False),
    ],
)
def test_a_folder_lies_in_the_library_or_it_does_not(own: str, path: str, allowed: bool) -> None:
    assert lies_below(path, own) is allowed


async def test_only_folders_of_the_library_are_scanned(home: Household) -> None:
    refused = await _refusal(home, ScanLibrary(library_key="1", path="/data/Movies/../Secret"))

    assert (refused.status, refused.code) == (422, "PATH_OUTSIDE_LIBRARY")
    assert "Secret" not in str(refused.problem())
    assert home.plex.library.scans == []


async def test_a_library_that_is_not_there_is_not_scanned(home: Household) -> None:
    assert (await _refusal(home, ScanLibrary(library_key="77"))).code == "NO_SUCH_LIBRARY"


async def test_what_was_changed_is_soon_in_the_index(indexed: Indexed) -> None:
    await indexed.beat()
    heat, alien = indexed.item("Heat").rating_key, indexed.item("Alien").rating_key
    with indexed.sandbox.as_user(role=Role.ADMIN):
        message = CreateCollection(title="Nights", library_key="1", rating_keys=[heat, alien])
        made = await create_collection(indexed.app, message)
        indexed.app.hints.clear()  # As if another replica had done it.
        await Sync(indexed.app).beat_if_due()
        assert await indexed.titles("collection") == ["Nights"]
        held = "select item_key from collection_items order by position"
        assert await indexed.rows(held) == [(int(heat),), (int(alien),)]

        indexed.clock.advance(1)
        await change_collection(indexed.app, ChangeCollection(rating_key=made.rating_key, remove=[heat]))
        await Sync(indexed.app).beat_if_due()
        assert await indexed.rows(held) == [(int(alien),)]

        await delete_collection(indexed.app, DeleteCollection(rating_key=made.rating_key))
        assert await indexed.titles("collection") == []
