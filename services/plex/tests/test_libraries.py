from datetime import timedelta

import pytest

from medianest.testing import AT_ONCE, Sandbox, eventually
from medianest_common.contracts.plex import ItemType, ListLibraries, ListRecentlyAdded, SearchLibrary
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_plex import FakePlex, Fault
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex.service import SERVICE
from services.plex.tests.household import NOW, Household, as_in_earnest

FAULTS: list[Fault] = [
    "refuse",
    "hang",
    "drop",
    "truncate",
    "html",
    "malformed",
    "maintenance",
    500,
    401,
    429,
]


async def test_libraries_are_listed_with_what_they_hold(home: Household) -> None:
    answer = await home.ask(ListLibraries())

    assert [(each.title, each.type, each.count) for each in answer.items] == [
        ("Movies", "movie", 2),
        ("TV Shows", "show", 1),
        ("Grown-ups", "movie", 1),
    ]
    assert not answer.stale


async def test_the_newest_of_all_libraries_come_as_one_list(home: Household) -> None:
    answer = await home.ask(ListRecentlyAdded())

    assert [item.title for item in answer.items] == ["Saw", "Alien", "Season 1", "Heat"]
    heat = answer.items[-1]
    assert (heat.type, heat.year, heat.tmdb_id, heat.imdb_id) == (ItemType.MOVIE, 1995, 949, "tt0113277")
    assert heat.added_at == NOW - timedelta(days=3)
    assert heat.library_key == "1"


async def test_new_episodes_are_one_new_season(home: Household) -> None:
    answer = await home.ask(ListRecentlyAdded())

    [season] = [item for item in answer.items if item.type is ItemType.SEASON]
    assert (season.parent_title, season.index, season.image is not None) == ("Severance", 1, True)


async def test_a_show_without_episodes_is_shown_itself(home: Household) -> None:
    for key in [item.rating_key for item in home.plex.library.items.values() if item.type == "show"]:
        home.plex.library.remove(key)
    home.plex.library.add_show("Dark", 2017)
    home.later()

    assert "Dark" in await home.newest()


async def test_no_more_are_listed_than_asked(home: Household) -> None:
    answer = await home.ask(ListRecentlyAdded(limit=2))

    assert [item.title for item in answer.items] == ["Saw", "Alien"]


async def test_search_finds_titles_before_actors(home: Household) -> None:
    home.plex.library.add_movie("Alien Weaver", 2001)

    assert await home.found("weaver") == ["Alien Weaver", "Alien"]
    assert await home.found("sever") == ["Severance"]
    assert await home.found("nothing like it") == []


async def test_search_wants_something_to_look_for(home: Household) -> None:
    for query in ("", "   ", "\x00\x07"):
        with pytest.raises(MediaNestError) as refused:
            await home.ask(SearchLibrary(query=query))
        assert refused.value.status == 422


async def test_search_takes_any_text(home: Household) -> None:
    for query in ("a&b=c#d", "../..//x", "%00%2e", "☃ ﷽", "x" * 5000, "a,b", "'; drop table"):
        assert await home.found(query) == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_while_plex_fails_the_last_good_copy_is_shown_and_says_so(
    home: Household, fault: Fault
) -> None:
    await home.ask(ListRecentlyAdded())
    home.plex.server.fail_with(fault)
    home.later()

    with as_in_earnest():
        libraries = await home.ask(ListLibraries(), timeout=AT_ONCE)
        newest = await home.ask(ListRecentlyAdded(), timeout=AT_ONCE)

    assert libraries.stale
    assert [each.title for each in libraries.items] == ["Movies", "TV Shows", "Grown-ups"]
    assert newest.stale
    assert [item.title for item in newest.items] == ["Saw", "Alien", "Season 1", "Heat"]


async def test_after_the_outage_everything_is_fresh_again(home: Household) -> None:
    await home.ask(ListRecentlyAdded())
    home.plex.server.fail_with("refuse")
    home.later()
    assert (await home.ask(ListRecentlyAdded())).stale
    home.plex.server.heal()
    home.plex.library.add_movie("Ronin", 1998)

    async def fresh() -> bool:
        home.later(31)
        answer = await home.ask(ListRecentlyAdded())
        return not answer.stale and "Ronin" in [item.title for item in answer.items]

    await eventually(fresh)


async def test_copies_are_there_after_a_restart_during_the_outage(home: Household) -> None:
    await home.ask(ListRecentlyAdded())
    home.plex.server.fail_with("refuse")
    await home.sandbox.stop("plex")
    await home.sandbox.start(SERVICE)
    home.later()

    answer = await home.ask(ListRecentlyAdded())

    assert answer.stale
    assert len(answer.items) == 4


async def test_copies_are_taken_before_anybody_asks(home: Household) -> None:
    async def taken() -> bool:
        calls = {request.path for request in home.plex.requests}
        return "/library/sections/3/all" in calls

    await eventually(taken)


async def test_one_library_that_cannot_be_read_does_not_hide_the_others(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock
) -> None:
    plex.server.fail_with(400, path="/library/sections/1/all")
    await sandbox.start(SERVICE, plex_url=plex.server_url, plex_token=plex.server_token)

    answer = await Household(sandbox, plex, clock).ask(ListRecentlyAdded())

    assert [item.title for item in answer.items] == ["Saw", "Season 1"]
    assert answer.stale


async def test_search_says_clearly_that_plex_is_down(home: Household) -> None:
    home.plex.server.fail_with("refuse")

    with pytest.raises(MediaNestError) as refused:
        await home.ask(SearchLibrary(query="heat"))

    assert (refused.value.status, refused.value.code) == (503, "PLEX_UNAVAILABLE")
    assert "cannot be searched" in refused.value.detail


async def test_without_a_copy_an_outage_is_an_error(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock
) -> None:
    plex.server.fail_with("refuse")
    await sandbox.start(SERVICE, plex_url=plex.server_url, plex_token=plex.server_token)

    with pytest.raises(MediaNestError) as refused:
        await Household(sandbox, plex, clock).ask(ListLibraries())

    assert refused.value.status == 503


async def test_report_18_an_empty_answer_is_neither_a_crash_nor_an_empty_list(home: Household) -> None:
    before = await home.libraries()
    assert before
    home.plex.server.fail_with("empty", path="/library/sections")
    home.later()

    async def is_old() -> bool:
        answer = await home.ask(ListLibraries())
        assert [library.title for library in answer.items] == before
        return answer.stale

    await eventually(is_old)


async def test_no_path_of_a_file_is_ever_answered(home: Household) -> None:
    with home.sandbox.as_user():
        answers = [
            await home.sandbox.bus.call_raw(message, timeout=10)
            for message in (ListLibraries(), ListRecentlyAdded(), SearchLibrary(query="e"))
        ]

    assert all(b"/data/" not in answer and b".mkv" not in answer for answer in answers)
    assert any(b"Heat" in answer for answer in answers)
