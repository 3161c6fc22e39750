"""What comes into the household's library is there, and what leaves it can be asked for again, whoever else knows."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from medianest.testing import eventually
from medianest_common.contracts.media import (
    ApproveRequest,
    Availability,
    Discover,
    MediaType,
    RequestStatus,
    Search,
    SearchResult,
)
from medianest_common.contracts.plex import ItemType
from medianest_common.contracts.plex.library import ItemAdded, ItemChanged, ItemEvent, ItemRemoved
from medianest_common.errors import RemoteError
from services.media.tests.conftest import FILM, SHOW, Home, Person

OTHER_FILM = 604
MACHINE = "c0ffee"


@dataclass
class Library:
    """What the plex service would tell."""

    home: Home
    _moments: "count[int]" = field(default_factory=count)

    async def film(
        self, tmdb_id: int | None = FILM, *, key: str = "1", removed: bool = False, **more: Any
    ) -> None:
        await self.tell(
            ItemRemoved if removed else ItemAdded, ItemType.MOVIE, key, tmdb_id=tmdb_id, is_news=True, **more
        )

    async def show(self, tmdb_id: int | None = SHOW, *, key: str = "10", **more: Any) -> None:
        await self.tell(ItemAdded, ItemType.SHOW, key, tmdb_id=tmdb_id, is_news=True, **more)

    async def season(self, number: int, episodes: int, *, show: str = "10", removed: bool = False) -> None:
        await self.tell(
            ItemRemoved if removed else ItemChanged,
            ItemType.SEASON,
            f"{show}{number}",
            parent_key=show,
            season=number,
            episode_count=episodes,
        )

    async def tell(self, kind: type[ItemEvent], item_type: ItemType, key: str, **more: Any) -> None:
        """Returns when the media service has heard it."""
        event = self.event(kind, item_type, key, **more)
        event_id = await self.home.sandbox.emit(event)
        await self.heard(event_id)

    def event(self, kind: type[ItemEvent], item_type: ItemType, key: str, **more: Any) -> ItemEvent:
        values: dict[str, Any] = {
            "machine_identifier": MACHINE,
            "rating_key": key,
            "library_key": "1",
            "item_type": item_type,
            "title": "Whatever",
            "year": None,
            "tmdb_id": None,
            "tvdb_id": None,
            "imdb_id": None,
            "seen_at": self.home.clock.now() + timedelta(milliseconds=next(self._moments)),
        }
        return kind(**values | more)

    async def heard(self, event_id: Any) -> None:
        async def done() -> bool:
            return await self.home.rows("select 1 from inbox where event_id = :id", id=event_id) != []

        await eventually(done)


@pytest.fixture
def library(seerr: Home) -> Library:
    return Library(seerr)


async def availability(person: Person, tmdb_id: int = FILM) -> tuple[Availability, bool]:
    title = await person.title(tmdb_id=tmdb_id)
    page = await person.call(Search(query=title.title))
    found = next(
        item for item in page.items if item.tmdb_id == tmdb_id and item.media_type is MediaType.MOVIE
    )
    assert (found.availability, found.requestable) == (title.availability, title.requestable)
    return title.availability, title.requestable


async def answers_again(home: Home) -> None:
    """The service has noticed that Overseerr is back."""
    seen = len(home.overseerr.calls)
    home.clock.advance(61)
    await home.looked(since=seen)


async def seasons(person: Person) -> dict[int, tuple[str, bool]]:
    title = await person.title(MediaType.TV, SHOW)
    return {s.number: (s.availability.value, s.requestable) for s in title.seasons if s.number}


async def test_a_film_of_the_library_is_available_though_overseerr_has_not_noticed(
    seerr: Home, library: Library
) -> None:
    assert await availability(seerr.owner) == (Availability.NONE, True)
    await library.film()

    assert await availability(seerr.owner) == (Availability.AVAILABLE, False)
    shelf = await seerr.owner.call(Discover(shelf="movies"))
    assert [i.availability for i in shelf.items if isinstance(i, SearchResult) and i.tmdb_id == FILM] == [
        Availability.AVAILABLE
    ]
    with pytest.raises(RemoteError, match="in the library already"):
        await seerr.owner.request()


async def test_copies_in_4k_and_others_are_told_apart(seerr: Home, library: Library) -> None:
    in_4k = await seerr.owner.request(is_4k=True)

    await library.film(resolutions=["1080", "sd"])
    assert (await seerr.owner.title()).availability_4k is not Availability.AVAILABLE
    assert (await seerr.owner.sees(in_4k)).status is not RequestStatus.AVAILABLE

    await library.film(resolutions=["1080", "4k"])
    assert (await seerr.owner.sees(in_4k)).status is RequestStatus.AVAILABLE
    assert (await seerr.owner.title()).availability_4k is Availability.AVAILABLE
    with pytest.raises(RemoteError, match="in the library already"):
        await seerr.owner.request(is_4k=True)


async def test_who_waits_is_told_once_when_it_arrives(seerr: Home, library: Library) -> None:
    frida = await seerr.friend()
    asked = await frida.request()
    other = await seerr.owner.request(is_4k=True)
    await seerr.twin(asked)
    event = library.event(ItemAdded, ItemType.MOVIE, "1", tmdb_id=FILM, is_news=True)
    for event_id in await asyncio.gather(*(seerr.sandbox.emit(event) for _ in range(3))):
        await library.heard(event_id)
    await library.film(key="2")
    await seerr.poll()

    assert (await frida.sees(asked)).status is RequestStatus.AVAILABLE
    assert await seerr.told(asked) == ["pending", "approved", "available"]
    assert (await seerr.owner.sees(other)).status is not RequestStatus.AVAILABLE


async def test_it_arrives_while_overseerr_is_away(seerr: Home, library: Library) -> None:
    seerr.overseerr.fail_with("refuse")
    frida = await seerr.friend()
    asked = await frida.request()
    await library.film()

    await seerr.becomes(asked, RequestStatus.AVAILABLE)
    assert await seerr.told(asked) == ["pending", "approved", "available"]
    with pytest.raises(RemoteError, match="in the library already"):
        await (await seerr.friend("Bert")).request()

    seerr.overseerr.heal()
    await answers_again(seerr)
    assert await seerr.rows("select in_line from requests where id = :id", id=asked.id) == [(True,)]
    assert seerr.filed() == []
    assert (await frida.sees(asked)).status_reason is None


async def test_what_left_the_library_can_be_asked_for_again_and_nobody_is_told_the_contrary(
    seerr: Home, library: Library
) -> None:
    frida, bert = await seerr.friend(), await seerr.friend("Bert")
    asked = await frida.request()
    await seerr.twin(asked)
    seerr.overseerr.set_available("movie", FILM)
    await library.film()
    await seerr.becomes(asked, RequestStatus.AVAILABLE)

    await library.film(removed=True)
    assert await availability(bert) == (Availability.NONE, True)
    again = await bert.request()
    await seerr.twin(again)
    await seerr.owner.call(ApproveRequest(id=again.id))
    await seerr.poll()

    await seerr.becomes(again, RequestStatus.PROCESSING)
    assert (await frida.sees(asked)).status is RequestStatus.AVAILABLE
    await library.film(key="2")
    assert (await bert.sees(again)).status is RequestStatus.AVAILABLE
    assert (await seerr.told(asked))[-1] == (await seerr.told(again))[-1] == "available"


async def test_one_of_two_copies_may_go(seerr: Home, library: Library) -> None:
    await library.film(key="1")
    await library.film(key="2")
    await library.film(key="1", removed=True)
    assert await availability(seerr.owner) == (Availability.AVAILABLE, False)


async def test_events_in_the_wrong_order_leave_what_was_seen_last(seerr: Home, library: Library) -> None:
    added = library.event(ItemAdded, ItemType.MOVIE, "1", tmdb_id=FILM, is_news=True)
    await library.film(removed=True)
    await library.heard(await seerr.sandbox.emit(added))
    assert await availability(seerr.owner) == (Availability.NONE, True)


async def test_a_film_known_by_its_imdb_number_only(seerr: Home, library: Library) -> None:
    await seerr.owner.title()
    await library.film(None, imdb_id=f"tt{FILM:08}")
    assert await availability(seerr.owner) == (Availability.AVAILABLE, False)


async def test_a_show_by_its_seasons(seerr: Home, library: Library) -> None:
    assert await seasons(seerr.owner) == {1: ("none", True), 2: ("none", True), 3: ("none", True)}
    await library.show()
    await library.season(1, 7)
    await library.season(2, 5)

    assert await seasons(seerr.owner) == {
        1: ("available", False),
        2: ("partially_available", True),
        3: ("none", True),
    }
    title = await seerr.owner.title(MediaType.TV, SHOW)
    assert (title.availability, title.requestable) == (Availability.PARTIALLY_AVAILABLE, True)
    asked = await seerr.owner.request_show()
    assert asked.seasons == [2, 3]

    await library.season(1, 7, removed=True)
    assert (await seasons(seerr.owner))[1] == ("none", True)


async def test_a_request_for_seasons_moves_with_each_that_is_whole(seerr: Home, library: Library) -> None:
    asked = await seerr.owner.request_show(seasons=[1, 2])
    await seerr.twin(asked)
    await library.show()
    await library.season(1, 3)
    await seerr.becomes(asked, RequestStatus.PARTIALLY_AVAILABLE)
    await library.season(1, 7)
    await library.season(2, 12)
    assert (await seerr.owner.sees(asked)).status is RequestStatus.PARTIALLY_AVAILABLE
    await library.season(2, 13)

    assert (await seerr.owner.sees(asked)).status is RequestStatus.AVAILABLE
    await library.season(2, 13, removed=True)
    await seerr.poll()
    assert (await seerr.owner.sees(asked)).status is RequestStatus.AVAILABLE
    told = await seerr.told(asked)
    assert told.count("partially_available") == told.count("available") == 1


async def test_a_part_that_was_there_before_approves_nothing(seerr: Home, library: Library) -> None:
    await library.show()
    await library.season(2, 5)
    frida = await seerr.friend()
    asked = await frida.request_show(seasons=[2])
    await library.season(2, 6)
    await seerr.poll()
    assert (await frida.sees(asked)).status is RequestStatus.PENDING


async def test_a_show_known_by_its_tvdb_number_only_is_found_when_the_number_becomes_known(
    seerr: Home, library: Library
) -> None:
    tvdb_id = 81189
    seerr.overseerr.fail_with("refuse")
    asked = await seerr.owner.request_show(seasons=[1])
    await library.show(None, tvdb_id=tvdb_id)
    await library.season(1, 7)
    assert (await seerr.owner.sees(asked)).status is RequestStatus.APPROVED

    seerr.overseerr.add_show(SHOW, "Breaking Bad", 2008, seasons={1: 7, 2: 13, 3: 13}, tvdb_id=tvdb_id)
    seerr.overseerr.heal()
    await answers_again(seerr)
    await seerr.owner.title(MediaType.TV, SHOW)
    seerr.clock.advance(61)

    await seerr.becomes(asked, RequestStatus.AVAILABLE)
    assert (await seasons(seerr.owner))[1] == ("available", False)


async def test_overseerr_believes_in_a_season_that_is_gone(seerr: Home, library: Library) -> None:
    """It creates nothing then, so the request waits until it has noticed."""
    seerr.overseerr.set_available("tv", SHOW, seasons=[1, 2, 3])
    await library.show()
    await library.season(1, 7)
    await library.season(1, 7, removed=True)
    asked = await seerr.owner.request_show(seasons=[1])

    async def waits() -> bool:
        return "still believes" in ((await seerr.owner.sees(asked)).status_reason or "")

    await eventually(waits)
    assert (await seerr.owner.sees(asked)).status is RequestStatus.APPROVED


async def test_music_and_episodes_without_a_show_mean_nothing(seerr: Home, library: Library) -> None:
    for kind in (ItemType.ARTIST, ItemType.ALBUM, ItemType.COLLECTION):
        await library.tell(ItemAdded, kind, "5", tmdb_id=FILM, is_news=True)
    await library.tell(ItemAdded, ItemType.SEASON, "6", season=None, parent_key=None, is_news=True)
    assert await seerr.rows("select count(*) from library_items") == [(0,)]


async def test_many_arrivals_at_once_move_each_request_once(seerr: Home, library: Library) -> None:
    people = [await seerr.friend(f"Friend {n}") for n in range(3)]
    asked = []
    for number, person in enumerate(people):
        for place in range(3):
            tmdb_id = 700 + 3 * number + place
            seerr.overseerr.add_movie(tmdb_id, f"Film {tmdb_id}", 2000)
            asked.append(await person.request(tmdb_id))
    events = [
        library.event(ItemAdded, ItemType.MOVIE, f"{copy}{r.tmdb_id}", tmdb_id=r.tmdb_id, is_news=True)
        for copy in (1, 2)
        for r in asked
    ]
    for event_id in await asyncio.gather(*(seerr.sandbox.emit(event) for event in events)):
        await library.heard(event_id)
    for request in asked:
        await seerr.becomes(request, RequestStatus.AVAILABLE)
        assert (await seerr.told(request)).count("available") == 1
