"""Libraries that change while they are read, and servers that page in their own way."""

from collections.abc import Callable
from typing import Any

import pytest

from medianest_plex.sync import Sync, pages, telling
from medianest_plex.sync import reading as reading_module
from services.plex.tests.indexing import Indexed


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "PAGE", 10)
    monkeypatch.setattr(pages, "PAGE", 10)


def once(change: Callable[[], Any], *, at: int) -> Callable[[int], None]:
    """Something happens after the page that begins there, the first time only."""
    left = [change]

    def after(first: int) -> None:
        if first == at and left:
            left.pop()()

    return after


async def films(indexed: Indexed) -> set[int]:
    return {row[0] for row in await indexed.rows("select rating_key from items where type = 'movie'")}


def there(indexed: Indexed) -> set[int]:
    return {item.key for item in indexed.plex.library.items.values() if item.type == "movie"}


async def waiting(indexed: Indexed) -> list[str]:
    rows = await indexed.rows("select title from items where gone_since is not null order by 1")
    return [row[0] for row in rows]


async def test_what_moves_into_a_page_that_was_read_is_not_missed(indexed: Indexed) -> None:
    """Ten are removed from the first page while the second is asked for: all that follows moves up by ten."""
    indexed.plex.library.generate(40)
    order = sorted(
        (i for i in indexed.plex.library.items.values() if i.section.title == "Movies" and i.type == "movie"),
        key=lambda item: item.title_sort.casefold(),
    )

    def remove() -> None:
        for item in order[:10]:
            indexed.plex.library.remove(item.rating_key)

    indexed.plex.quirks.after_page = once(remove, at=0)
    await indexed.beat()

    assert await films(indexed) >= there(indexed)
    assert set(await waiting(indexed)) == {item.title for item in order[:10]}


async def test_what_is_added_before_the_place_we_are_at_is_found(indexed: Indexed) -> None:
    indexed.plex.library.generate(40)

    def add() -> None:
        for number in range(5):
            indexed.plex.library.add_movie(f"Aaa {number}", 2000, quietly=True)

    indexed.plex.quirks.after_page = once(add, at=10)
    await indexed.beat()

    assert await films(indexed) == there(indexed)


async def test_one_comes_and_one_goes_between_two_pages(indexed: Indexed) -> None:
    """Their number is the same before and after, so only the second sighting shows what was passed over."""
    indexed.plex.library.generate(40)
    await indexed.beat()

    def swap() -> None:
        indexed.plex.library.remove(indexed.item("Alien").rating_key)
        indexed.plex.library.add_movie("Zzz", 2000, quietly=True)

    indexed.plex.quirks.after_page = once(swap, at=10)
    await indexed.beat(after=86_500)
    for _ in range(3):
        await indexed.beat(after=130)

    assert await films(indexed) == there(indexed)


@pytest.mark.parametrize(
    "quirks",
    [
        {"page_cap": 3},
        {"page_floor": 17},
        {"ignore_paging": True},
        {"missing_total_size": True, "page_cap": 3},
        {"missing_total_size": True, "ignore_paging": True},
        {"stringly": True, "control_characters": True},
        {"repeats_first": True},
    ],
    ids=str,
)
async def test_however_the_server_pages_everything_is_read_and_what_is_gone_goes(
    indexed: Indexed, quirks: dict[str, Any]
) -> None:
    indexed.plex.library.generate(30)
    for name, value in quirks.items():
        setattr(indexed.plex.quirks, name, value)
    await indexed.beat()
    assert await films(indexed) == there(indexed)
    calls = len(indexed.plex.requests)

    indexed.plex.library.remove(indexed.item("Heat").rating_key)
    await indexed.beat(after=86_500)
    await indexed.beat(after=86_500)

    assert await films(indexed) == there(indexed)
    assert len(indexed.plex.requests) - calls < 300


async def test_an_entry_nobody_can_read_is_counted_and_nothing_goes_because_of_it(indexed: Indexed) -> None:
    indexed.plex.quirks.broken_item = True
    await indexed.beat()
    await indexed.beat(after=86_500)
    await indexed.beat(after=86_500)

    assert await indexed.titles() == ["Heat"]
    dropped = await indexed.rows("select title, dropped, complete_at is not null from libraries order by key")
    assert dropped == [("Movies", 1, True), ("TV Shows", 3, True), ("Grown-ups", 1, True)]


async def test_what_nobody_can_read_of_a_collection_stays_in_it(indexed: Indexed) -> None:
    films = [indexed.item(title).rating_key for title in ("Alien", "Heat")]
    for title in ("Another", "Mine"):
        indexed.plex.library.add_collection(title, films)
    await indexed.beat()
    members = "select collection_key, item_key from collection_items order by 1, 2"
    before = await indexed.rows(members)
    assert len(before) == 4

    indexed.plex.quirks.broken_item = indexed.plex.quirks.missing_total_size = True
    await indexed.beat(after=86_500)
    assert await indexed.rows(members) == before


async def test_a_library_that_never_comes_out_even_is_not_read_without_end(indexed: Indexed) -> None:
    number = iter(range(10_000))

    def add(_: int) -> None:
        indexed.plex.library.add_movie(f"Film {next(number)}", 2000, quietly=True)

    indexed.plex.library.generate(25)
    indexed.plex.quirks.after_page = add
    await indexed.beat()
    calls = len(indexed.plex.requests)
    await indexed.beat()
    assert len(indexed.plex.requests) - calls < 40
    indexed.plex.quirks.after_page = lambda _: None
    await indexed.beat(after=1000)

    assert await films(indexed) == there(indexed)
    assert await waiting(indexed) == []


async def test_what_no_list_names_but_plex_knows_by_its_number_stays(indexed: Indexed) -> None:
    await indexed.beat()
    heat = indexed.item("Heat")
    shown = heat.section
    heat.section = indexed.plex.library.add_section("Hidden", type="photo")
    indexed.plex.library.version += 1

    await indexed.beat()
    await indexed.beat(after=130)
    assert "Heat" in await indexed.titles()
    assert await waiting(indexed) == []

    heat.section = shown
    indexed.plex.library.remove(heat.rating_key)
    await indexed.beat(after=86_500)
    await indexed.beat(after=130)
    assert "Heat" not in await indexed.titles()


async def test_of_very_many_that_no_list_names_only_those_go_that_plex_was_asked_about(
    indexed: Indexed,
) -> None:
    indexed.plex.library.generate(230)
    await indexed.beat()
    shown, hidden = indexed.item("Heat").section, indexed.plex.library.add_section("Hidden", type="photo")
    gone, *kept = await films(indexed)
    films_there = [item for item in indexed.plex.library.items.values() if item.section is shown]
    for item in films_there:
        item.section = hidden
    indexed.plex.library.remove(str(gone))

    await indexed.beat(after=86_500)
    await indexed.beat(after=3_700)

    assert await films(indexed) == set(kept)
    assert await waiting(indexed) == []


async def test_a_time_to_come_does_not_hide_what_comes_before_it(indexed: Indexed) -> None:
    alien = indexed.item("Alien")
    alien.added_at = alien.added_at.replace(year=2037)
    await indexed.beat()
    indexed.plex.library.add_movie("Arrival", 2016)

    await indexed.beat()

    assert "Arrival" in await indexed.titles()


async def test_a_pass_that_was_killed_begins_again_at_the_next_beat(indexed: Indexed) -> None:
    indexed.plex.library.generate(40)
    sync = Sync(indexed.app)

    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    started = (
        "select title, pass_seen_at is not null, complete_at is not null from libraries order by key limit 1"
    )
    original = telling.tell_stored
    pages_left = [2]

    async def dying(*args: Any, **more: Any) -> None:
        pages_left[0] -= 1
        if pages_left[0] < 0:
            kill()
        await original(*args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading_module, "tell_stored", dying)
        with pytest.raises(Killed):
            await sync.beat()
    assert await indexed.rows(started) == [("Movies", True, False)]
    assert len(await films(indexed)) == 20

    await indexed.beat()

    assert await indexed.rows(started) == [("Movies", False, True)]
    assert await films(indexed) == there(indexed)
