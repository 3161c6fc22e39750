import asyncpg
import pytest
from sqlalchemy.engine import make_url

from medianest.testing import AT_ONCE, eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import UserCreated
from medianest_common.contracts.identity import Role
from medianest_common.contracts.plex import ListLibraries, ListRecentlyAdded, SearchLibrary
from medianest_common.errors import MediaNestError
from medianest_plex.audience import SECTIONS_LAST
from services.plex.tests.household import Household, as_in_earnest
from services.plex.tests.test_leaving import rows


async def test_a_friend_sees_the_libraries_shared_with_them_and_nothing_else(home: Household) -> None:
    friend = await home.signed_in(home.plex.add_friend("fritz", libraries=["Movies"]))

    assert await home.libraries(friend) == ["Movies"]
    assert await home.newest(friend) == ["Alien", "Heat"]
    assert await home.found("a", friend) == ["Alien", "Heat"]
    assert await home.found("saw", friend) == []


async def test_people_without_plex_and_administrators_see_everything(home: Household) -> None:
    admin = await home.signed_in(home.plex.add_friend("fritz", libraries=["Movies"]))

    assert len(await home.libraries()) == 3
    assert len(await home.libraries(admin, role=Role.ADMIN)) == 3
    assert await home.found("saw", admin, role=Role.OWNER) == ["Saw"]


async def test_a_member_is_asked_about_with_their_own_token_at_most_every_few_hours(home: Household) -> None:
    account = home.plex.add_friend("fritz", libraries=["Movies"])
    friend = await home.signed_in(account)
    for _ in range(3):
        await home.libraries(friend)
    own = [request for request in home.plex.requests if request.token == account.server_token]
    assert [request.path for request in own] == ["/library/sections"]

    account.libraries = ["Movies", "Grown-ups"]
    home.later(SECTIONS_LAST.total_seconds() + 1)

    assert await home.libraries(friend) == ["Movies", "Grown-ups"]


async def test_whose_token_is_refused_has_to_sign_in_again(home: Household) -> None:
    account = home.plex.add_friend("fritz")
    friend = await home.signed_in(account)
    assert len(await home.libraries(friend)) == 3
    home.plex.remove_access(account)

    with pytest.raises(MediaNestError) as searched:
        await home.ask(SearchLibrary(query="heat"), by=friend)
    with pytest.raises(MediaNestError) as listed:
        await home.ask(ListLibraries(), by=friend)

    assert (searched.value.status, searched.value.code) == (403, "PLEX_ACCESS_LOST")
    assert (listed.value.status, listed.value.code) == (403, "PLEX_ACCESS_LOST")


async def test_signing_in_again_with_a_new_token_gives_access_back(home: Household) -> None:
    account = home.plex.add_friend("fritz", libraries=["Movies"])
    friend = await home.signed_in(account)
    home.plex.reset_password(account)
    with pytest.raises(MediaNestError):
        await home.ask(SearchLibrary(query="heat"), by=friend)

    await home.signed_in(account, user_id=friend)

    assert await home.libraries(friend) == ["Movies"]


async def test_an_account_known_before_its_token_sees_nothing_rather_than_everything(home: Household) -> None:
    user_id = uuid7()
    await home.sandbox.emit(
        UserCreated(user_id=user_id, name="Fritz", email=None, role=Role.USER, plex_id=12_000_099, version=1)
    )

    async def refused() -> bool:
        try:
            await home.libraries(user_id)
        except MediaNestError as error:
            return error.code == "PLEX_ACCESS_LOST"
        return False

    await eventually(refused)


async def test_an_event_that_comes_late_takes_nothing_away(home: Household) -> None:
    account = home.plex.add_friend("fritz", libraries=["Movies"])
    friend = await home.signed_in(account)
    late = uuid7()
    for user_id in (friend, late):
        await home.sandbox.emit(
            UserCreated(
                user_id=user_id, name="Fritz", email=None, role=Role.USER, plex_id=account.id, version=1
            )
        )

    async def both_heard() -> bool:
        try:
            await home.libraries(late)
        except MediaNestError:
            return True
        return False

    await eventually(both_heard)
    assert await home.libraries(friend) == ["Movies"]


async def copies_are_taken(home: Household) -> None:
    """Of all libraries, which the service does by itself when it has started."""

    async def taken() -> bool:
        return len(await rows(home, "select 1 from plex.copies where name like 'newest:%'")) == 3

    await eventually(taken)


async def test_restricted_people_are_shown_only_what_was_read_with_their_own_token(home: Household) -> None:
    child = home.plex.add_managed_user("Mia", libraries=["TV Shows"])
    mia = await home.signed_in(child)
    await copies_are_taken(home)
    home.plex.requests.clear()

    assert await home.newest(mia) == ["Severance"]
    assert await home.libraries(mia) == ["TV Shows"]

    lists = [request.token for request in home.plex.requests if request.path.startswith("/library/sections/")]
    assert set(lists) == {child.server_token}


async def test_restricted_people_are_shown_their_own_copy_while_plex_is_down(home: Household) -> None:
    await home.newest()
    mia = await home.signed_in(home.plex.add_managed_user("Mia", libraries=["TV Shows"]))
    await home.newest(mia)
    home.plex.server.fail_with("refuse")
    home.later()

    answer = await home.ask(ListRecentlyAdded(), by=mia)

    assert answer.stale
    assert [item.parent_title for item in answer.items] == ["Severance"]


async def test_during_an_outage_a_friend_still_sees_only_their_own_libraries(home: Household) -> None:
    friend = await home.signed_in(home.plex.add_friend("fritz", libraries=["Movies"]))
    await home.newest(friend)
    home.plex.server.fail_with("hang")
    home.later(SECTIONS_LAST.total_seconds() + 1)

    with as_in_earnest():
        answer = await home.ask(ListRecentlyAdded(), by=friend, timeout=AT_ONCE)

    assert answer.stale
    assert [item.title for item in answer.items] == ["Alien", "Heat"]


async def test_during_an_outage_a_new_member_is_told_to_wait(home: Household) -> None:
    await home.newest()
    home.plex.server.fail_with("refuse")
    friend = await home.signed_in(home.plex.add_friend("fritz", libraries=["Movies"]))

    with pytest.raises(MediaNestError) as refused:
        await home.ask(ListLibraries(), by=friend)

    assert (refused.value.status, refused.value.code) == (503, "PLEX_UNAVAILABLE")


async def test_without_a_caller_nothing_is_shown(home: Household) -> None:
    with pytest.raises(MediaNestError) as refused:
        await home.sandbox.bus.call(ListLibraries())

    assert refused.value.status == 401


async def test_tokens_of_members_lie_sealed_in_the_table(home: Household) -> None:
    account = home.plex.add_friend("fritz")
    await home.signed_in(account)
    dsn = make_url(home.sandbox.settings["database_url"]).set(drivername="postgresql")

    connection = await asyncpg.connect(dsn.render_as_string(hide_password=False), timeout=5)
    stored = await connection.fetchval("select string_agg(m::text, ' ') from plex.members m", timeout=5)
    await connection.close(timeout=5)

    assert str(account.id) in stored
    assert account.server_token not in stored
