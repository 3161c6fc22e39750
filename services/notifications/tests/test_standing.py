"""What people hear of their own and others' place here, and of what happens by itself in their name."""

from datetime import timedelta
from typing import Any

import pytest

from medianest_common.clock import uuid7
from medianest_common.contracts.auth.standing import (
    EmailChanged,
    PersonSuspended,
    PlexAccessLost,
    RoleChanged,
)
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import Quota, QuotaState, RequestSource, RequestStatus
from medianest_common.contracts.media.allowing import QuotaChanged
from medianest_common.contracts.media.importing import ImportEnded
from medianest_common.contracts.plex.watchlist import WatchlistRead
from services.notifications.tests.household import Person, request_event
from services.notifications.tests.news import News, titles
from services.notifications.tests.test_leaving import leave


@pytest.fixture
async def boss(news: News) -> Person:
    return await news.person("Grace", role=Role.ADMIN)


async def test_a_role_is_told_to_whose_it_is_and_to_other_administrators_than_who_gave_it(
    news: News, boss: Person
) -> None:
    owner, ada = await news.person("Linus", role=Role.OWNER), await news.person("Ada")
    await news.heard(RoleChanged(user_id=ada.id, name="Ada", role=Role.ADMIN, actor_id=owner.id))

    assert await titles(ada) == ["You are an administrator now"]
    assert await titles(boss) == ["Ada is an administrator now"]
    assert await titles(owner) == []
    await leave(news.sandbox, ada)
    assert await titles(boss) == ["Somebody who has left is an administrator now"]


async def test_suspensions_and_lost_access_are_told_to_administrators(news: News, boss: Person) -> None:
    other, ada = await news.person("Linus", role=Role.OWNER), await news.person("Ada")
    await news.heard(PersonSuspended(user_id=ada.id, name="Ada", actor_id=other.id))
    await news.heard(PlexAccessLost(user_id=ada.id, name="Ada", is_out=True))

    lost = "Ada has no access to Plex any more"
    assert await titles(boss) == ["Ada was suspended", lost]
    assert await titles(other) == [lost], "who suspended her knows"
    assert await titles(ada) == []


async def test_a_changed_address_is_told_to_whose_account_it_is(news: News) -> None:
    ada = await news.person("Ada")
    await news.heard(EmailChanged(user_id=ada.id))
    assert await titles(ada) == ["Your e-mail address was changed"]


async def test_another_quota_is_told_to_whose_it_is_but_not_by_themselves(news: News, boss: Person) -> None:
    ada = await news.person("Ada")
    films = QuotaState(limit=10, days=7, used=0, remaining=10, resets_at=None)
    shows = QuotaState(limit=None, days=7, used=0, remaining=None, resets_at=None)
    quota = Quota(movie=films, tv=shows)
    await news.heard(
        QuotaChanged(user_id=ada.id, quota=quota, actor_id=boss.id),
        QuotaChanged(user_id=boss.id, quota=quota, actor_id=boss.id),
    )
    [entry] = await ada.inbox()
    assert entry.body == "Films: 10 in 7 days. Seasons of shows: as many as you like."
    assert await titles(boss) == []


async def test_the_end_of_an_import_is_told_to_administrators(news: News, boss: Person) -> None:
    why = "Overseerr does not answer. Start it again; what was taken over stays and is not taken over twice."
    done = ImportEnded(import_id=uuid7(), dry_run=False, problem=None, started_by=boss.id)
    failed = ImportEnded(import_id=uuid7(), dry_run=False, problem=why, started_by=None)
    await news.heard(done)
    await news.heard(failed)
    assert await titles(boss) == ["The import is through", "The import did not come to its end"]
    assert (await boss.inbox())[0].body == why


async def test_overseerr_3974_what_is_asked_for_from_a_watchlist_is_told_once_however_often_it_is_read(
    news: News, boss: Person
) -> None:
    ada = await news.person("Ada")
    request: dict[str, Any] = {"request_id": uuid7(), "source": RequestSource.WATCHLIST}
    for _ in range(3):
        await news.heard(
            request_event(ada, RequestStatus.PENDING, version=1, **request),
            request_event(ada, RequestStatus.APPROVED, version=2, **request),
            request_event(ada, RequestStatus.PROCESSING, version=3, **request),
        )
    assert await titles(ada) == ["Asked for from your watchlist: Dune (2021)"]
    await news.heard(request_event(ada, RequestStatus.AVAILABLE, version=4, **request))
    assert (await titles(ada))[-1] == "Ready to watch: Dune (2021)"


async def test_what_an_administrator_approves_of_a_watchlist_is_told_like_any_approval(
    news: News, boss: Person
) -> None:
    ada = await news.person("Ada")
    request: dict[str, Any] = {"request_id": uuid7(), "source": RequestSource.WATCHLIST}
    await news.heard(request_event(ada, RequestStatus.PENDING, version=1, **request))
    await news.heard(request_event(ada, RequestStatus.APPROVED, version=2, actor=boss, **request))
    assert await titles(ada) == [
        "Asked for from your watchlist: Dune (2021)",
        "Approved: Dune (2021)",
    ]


async def test_a_watchlist_that_cannot_be_read_is_told_once_and_not_again_at_each_attempt(
    news: News,
) -> None:
    ada = await news.person("Ada")
    now = news.clock.now()
    for days in (3, 2, 1):
        at = now - timedelta(days=days)
        problem = "Plex does not accept your sign-in any more. Sign in with Plex again."
        await news.heard(WatchlistRead(user_id=ada.id, at=at, items=None, problem=problem))
    await news.heard(WatchlistRead(user_id=ada.id, at=news.clock.now(), items=[]))
    assert await titles(ada) == ["Your watchlist cannot be read"]
