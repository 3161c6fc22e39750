"""What people without an account are shown, and what they are not."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert

from medianest_common.clock import uuid7
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.health import Visibility
from medianest_common.contracts.health.groups import AddGroup
from medianest_common.contracts.health.managing import CreateMonitor, DeleteMonitor
from medianest_common.contracts.health.pages import (
    AddPage,
    BadgeFacts,
    BadgeType,
    ChangePage,
    GetPage,
    ListPages,
    PageMonitor,
    PageValues,
    PublicPage,
    ReadBadge,
    ReadPublicPage,
    RemovePage,
    StatusPage,
)
from medianest_common.contracts.identity import Role
from medianest_common.testing.fake_plex import FakePlex
from medianest_health.models import Incident, Maintenance, MaintenanceMonitor, Rollup
from medianest_health.public_pages import PublicPages
from medianest_health.repository import Standings
from services.health.tests.household import Household
from services.health.tests.test_managing import ask, change, decided, make, named, refused

SECRET_HOST = "nas01.internal.lan"


async def publish(home: Household, slug: str, *monitors: UUID, published: bool = True) -> StatusPage:
    values = PageValues(
        slug=slug,
        title="Our house",
        description=None,
        published=published,
        monitors=[PageMonitor(monitor_id=each) for each in monitors],
    )
    return await ask(home, AddPage(page=values))


async def anybody[R](home: Household, message: Rpc[R]) -> R:
    return await home.sandbox.bus.call(message, timeout=30)


async def seen(home: Household, slug: str) -> PublicPage:
    home.clock.advance(6)  # What was made of it before is old.
    return await anybody(home, ReadPublicPage(slug=slug))


async def test_a_page_is_seen_by_anybody_once_it_is_published_and_by_nobody_before(home: Household) -> None:
    plex = await named(home, "Plex")
    page = await publish(home, "house", plex.id, published=False)
    for slug in ("house", "nowhere", "", "HOUSE", "house'"):
        with refused("PAGE_NOT_FOUND"):
            await seen(home, slug)
    values = PageValues(**page.model_dump(by_alias=False, include=set(PageValues.model_fields)))
    shown = await ask(home, ChangePage(id=page.id, page=values.model_copy(update={"published": True})))
    assert (shown.version, shown.path) == (2, "/api/v1/status/house")
    found = await seen(home, "house")
    assert [(m.name, m.status) for group in found.groups for m in group.monitors] == [("Plex", "up")]
    assert found.status == "up"
    await ask(home, RemovePage(id=page.id))
    with refused("PAGE_NOT_FOUND"):
        await seen(home, "house")


async def test_it_shows_what_it_was_given_in_that_order_by_that_name_and_under_that_heading(
    home: Household,
) -> None:
    group = await ask(home, AddGroup(name="Boxes"))
    nas = await make(home, "nas01", group_id=group.id)
    plex, overseerr = await named(home, "Plex"), await named(home, "Overseerr")
    attic = await make(home, "Attic", group_id=group.id)
    values = PageValues(
        slug="house",
        title="Our house",
        description="<b>Ours</b>",
        published=True,
        monitors=[
            PageMonitor(monitor_id=nas.id, shown_as="Storage", heading="Files"),
            PageMonitor(monitor_id=overseerr.id, shown_as="Requests"),
            PageMonitor(monitor_id=attic.id, heading="Files"),
            PageMonitor(monitor_id=plex.id),
        ],
    )
    await ask(home, AddPage(page=values))
    found = await seen(home, "house")
    assert [(group.name, [m.name for m in group.monitors]) for group in found.groups] == [
        ("Files", ["Storage", "Attic"]),
        (None, ["Requests", "Plex"]),
    ]
    assert "Boxes" not in found.model_dump_json()
    await ask(home, DeleteMonitor(id=attic.id))
    assert [m.name for m in (await seen(home, "house")).groups[0].monitors] == ["Storage"]


async def test_nothing_on_it_says_why_or_where(home: Household, plex: FakePlex) -> None:
    spec: dict[str, Any] = {
        "kind": "http",
        "url": f"http://{SECRET_HOST}:8123/secret-path",
        "password": "hush",
    }
    command = CreateMonitor(decisions=decided("Storage"), spec=spec)
    nas = (await ask(home, command)).monitor
    watched = await named(home, "Plex")
    await publish(home, "house", nas.id, watched.id)
    await home.look()
    async with home.app.db.transaction() as tx:
        await tx.session.execute(
            insert(Incident).values(**incident(nas.id, reason=f"{SECRET_HOST} refused us"))
        )
    found = await seen(home, "house")
    [told] = found.incidents
    assert (told.monitor_name, told.status, told.closed_at) == ("Storage", "down", None)
    text = found.model_dump_json()
    for inner in (SECRET_HOST, "secret-path", "8123", "hush", "message", "reason", "target", plex.server_url):
        assert inner not in text


async def test_who_is_not_let_in_is_not_well_and_that_is_all_that_is_said(
    home: Household, plex: FakePlex
) -> None:
    watched = await named(home, "Plex")
    await publish(home, "house", watched.id)
    plex.reset_password(plex.owner)
    await home.rounds(3)
    found = await seen(home, "house")
    assert found.status == found.groups[0].monitors[0].status == "degraded"
    assert "auth" not in found.model_dump_json()


async def test_ninety_bars_say_how_each_day_was_and_a_day_without_news_is_none(home: Household) -> None:
    """louislam/uptime-kuma#5710, #6475: what was not measured is not a hundred per cent."""
    plex = await named(home, "Plex")
    await publish(home, "house", plex.id)
    home.clock.advance_to_noon()
    today = home.clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = [
        rollup(plex.id, today - timedelta(days=1), up=43_200.0, down=43_200.0),
        rollup(plex.id, today - timedelta(days=2), up=21_600.0, down=0.0),
        rollup(plex.id, today - timedelta(days=3), up=0.0, down=0.0, maintenance=86_400.0),
        rollup(plex.id, today - timedelta(days=120), up=0.0, down=86_400.0),
    ]
    async with home.app.db.transaction() as tx:
        await tx.session.execute(insert(Rollup), rows)
    shown = (await seen(home, "house")).groups[0].monitors[0].days
    assert (len(shown.uptime), shown.since) == (90, (today - timedelta(days=89)).date())
    told = list(zip(shown.uptime, shown.coverage, strict=True))
    assert told[-4:-1] == [(None, 1.0), (1.0, 0.25), (0.5, 1.0)]
    assert set(told[:86]) == {(None, 0.0)}


async def test_incidents_and_maintenance_of_its_own_monitors_are_told_and_no_others(home: Household) -> None:
    plex, overseerr = await named(home, "Plex"), await named(home, "Overseerr")
    await publish(home, "house", plex.id)
    now = home.clock.now()
    lately, long_ago = now - timedelta(days=2), now - timedelta(days=40)
    ours = incident(plex.id, opened_at=lately, closed_at=lately + timedelta(hours=1))
    soon, theirs, far = (window(now + timedelta(days=days)) for days in (2, 3, 60))
    everywhere = window(now - timedelta(hours=1), everything=True)
    everywhere["title"], soon["public_title"] = "Swap a disk in nas01, Eva is away", "New disks"
    async with home.app.db.transaction() as tx:
        for each in (
            ours,
            incident(plex.id, opened_at=long_ago, closed_at=long_ago + timedelta(hours=1)),
            incident(overseerr.id),
        ):
            await tx.session.execute(insert(Incident).values(**each))
        await tx.session.execute(insert(Maintenance), [soon, theirs, far, everywhere])
        concerned = [(soon, plex.id), (theirs, overseerr.id), (far, plex.id)]
        rows = [{"maintenance_id": each["id"], "monitor_id": monitor} for each, monitor in concerned]
        await tx.session.execute(insert(MaintenanceMonitor), rows)
    found = await seen(home, "house")
    assert [(each.id, each.status, each.worst) for each in found.incidents] == [(ours["id"], "up", "down")]
    assert [each.id for each in found.maintenance] == [everywhere["id"], soon["id"]]
    assert [each.monitor_ids for each in found.maintenance] == [[plex.id], [plex.id]]
    assert [each.title for each in found.maintenance] == ["Maintenance", "New disks"]


async def test_no_two_pages_have_one_slug_however_fast_they_are_made(home: Household) -> None:
    results = await asyncio.gather(*(publish(home, "house") for _ in range(5)), return_exceptions=True)
    assert sorted(getattr(each, "code", "") for each in results) == ["", *["SLUG_TAKEN"] * 4]
    other = await publish(home, "attic")
    values = PageValues(slug="house", title="T", description=None, published=True, monitors=[])
    with refused("SLUG_TAKEN"):
        await ask(home, ChangePage(id=other.id, page=values))
    with refused("PAGE_CHANGED"):
        await ask(home, ChangePage(id=other.id, page=values, version=7))
    with refused("INVALID"):
        await publish(home, "cellar", uuid7())
    assert [page.slug for page in (await ask(home, ListPages())).items] == ["attic", "house"]


async def test_however_often_it_is_asked_for_it_is_made_once_and_shows_a_change_of_its_own_at_once(
    home: Household,
) -> None:
    plex, overseerr = await named(home, "Plex"), await named(home, "Overseerr")
    page = await publish(home, "house", plex.id)
    pages = await asyncio.gather(*(anybody(home, ReadPublicPage(slug="house")) for _ in range(20)))
    await make(home, "NAS", visibility=Visibility.EVERYONE)
    values = PageValues(**page.model_dump(by_alias=False, include=set(PageValues.model_fields)))
    await ask(home, ChangePage(id=page.id, page=values.model_copy(update={"monitors": []})))
    assert (await anybody(home, ReadPublicPage(slug="house"))).groups == []
    assert (
        len({each.model_dump_json() for each in pages}) == 1
        and str(overseerr.id) not in pages[0].model_dump_json()
    )


async def test_of_many_who_ask_at_once_one_waits_for_the_database() -> None:
    shelf, page_id, made = PublicPages(), uuid7(), 0
    now = datetime(2026, 3, 1, tzinfo=UTC)

    async def write() -> bytes:
        nonlocal made
        made += 1
        await asyncio.sleep(0)
        return b"%d" % made

    async def read(version: int, at: datetime) -> bytes:
        return await shelf.read(page_id, version, now=lambda: at, make=write)

    assert set(await asyncio.gather(*(read(1, now) for _ in range(50)))) == {b"1"}
    assert await read(2, now) == b"2", "it is another now"
    assert await read(2, now + timedelta(seconds=6)) == b"3"
    assert await read(2, now - timedelta(hours=1)) == b"4", "the clock was set back"


async def test_a_page_that_takes_long_to_make_is_made_once_and_keeps_no_other_from_being_read() -> None:
    shelf, slow, quick, made = PublicPages(), uuid7(), uuid7(), 0
    now = datetime(2026, 3, 1, tzinfo=UTC)
    go_on = asyncio.Event()

    async def write() -> bytes:
        nonlocal made, now
        made += 1
        await go_on.wait()
        now += timedelta(seconds=9)
        return b"%d" % made

    async def read(page: UUID) -> bytes:
        return await shelf.read(page, 1, now=lambda: now, make=write)

    waiting = [asyncio.create_task(read(slow)) for _ in range(3)]
    await asyncio.sleep(0)
    go_on.set()

    assert set(await asyncio.gather(*waiting)) == {b"1"}
    assert [await read(quick) for _ in range(2)] == [b"2", b"2"]
    assert [await read(slow), await read(quick)] == [b"3", b"4"]


@pytest.mark.parametrize(
    "message",
    [
        ListPages(),
        GetPage(id=uuid7()),
        RemovePage(id=uuid7()),
        AddPage(page=PageValues(slug="a", title="A", description=None, published=True, monitors=[])),
    ],
    ids=lambda message: type(message).__name__,
)
async def test_only_administrators_make_pages(home: Household, message: Rpc[Any]) -> None:
    with refused("FORBIDDEN"):
        await ask(home, message, role=Role.USER)


async def test_a_page_with_nothing_on_it_does_not_say_that_all_is_well(home: Household) -> None:
    await publish(home, "house")
    assert (await seen(home, "house")).status == "unknown"


async def test_a_badge_is_for_everybody_if_it_is_published_and_else_for_those_who_may_see_it(
    home: Household,
) -> None:
    nas, plex = await make(home, "NAS"), await named(home, "Plex")
    for monitor_id in (nas.id, plex.id, uuid7()):
        with refused("MONITOR_NOT_FOUND"):
            await anybody(home, ReadBadge(id=monitor_id))
    assert (await ask(home, ReadBadge(id=plex.id), role=Role.USER)).value == "up"
    with refused("MONITOR_NOT_FOUND"):
        await ask(home, ReadBadge(id=nas.id), role=Role.USER)
    assert not (await ask(home, ReadBadge(id=nas.id))).published
    page = await publish(home, "house", nas.id, published=False)
    with refused("MONITOR_NOT_FOUND"):
        await anybody(home, ReadBadge(id=nas.id))
    await ask(home, RemovePage(id=page.id))
    await publish(home, "house", nas.id)
    facts = await anybody(home, ReadBadge(id=nas.id))
    assert (facts.label, facts.value, facts.tone, facts.published) == ("status", "unknown", "neutral", True)
    assert (await ask(home, ReadBadge(id=nas.id), role=Role.USER)).published


async def test_a_badge_says_what_was_asked_and_rounds_nothing_up(home: Household) -> None:
    plex = await named(home, "Plex")
    await publish(home, "house", plex.id)
    await home.rounds(30)
    today = home.clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = today - timedelta(days=1)
    async with home.app.db.transaction() as tx:
        # A moment after midnight some of the rounds were yesterday.
        await tx.session.execute(
            delete(Rollup).where(Rollup.monitor_id == plex.id, Rollup.bucket == yesterday)
        )
        await tx.session.execute(insert(Rollup), [rollup(plex.id, yesterday, up=86_398.0, down=2.0)])
        await Standings(tx.session).refresh_uptime([plex.id], now=home.clock.now())

    async def asked(type: BadgeType, window: Any) -> BadgeFacts:
        return await anybody(home, ReadBadge(id=plex.id, type=type, window=window))

    uptime = await asked(BadgeType.UPTIME, "30d")
    assert (uptime.label, uptime.value, uptime.tone) == ("uptime 30d", "99.99%", "good")
    latency = await asked(BadgeType.LATENCY, "24h")
    assert latency.label == "response 24h" and latency.value.endswith(" ms")


async def test_what_is_hidden_again_is_still_on_the_page_that_shows_it(home: Household) -> None:
    plex = await named(home, "Plex")
    await publish(home, "house", plex.id)
    await change(home, plex, visibility=Visibility.ADMINS)
    assert (await seen(home, "house")).groups[0].monitors[0].id == plex.id


def incident(monitor_id: UUID, **values: Any) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "monitor_id": monitor_id,
        "state": "down",
        "worst": "down",
        "times": 1,
        "reason": None,
        "opened_at": datetime.now(UTC),
        "closed_at": None,
        "told_at": [],
        **values,
    }


def window(begins: datetime, *, everything: bool = False) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "title": "Updates",
        "public_title": None,
        "description": f"on {SECRET_HOST}",
        "zone": "Europe/Berlin",
        "starts_at_local": "2026-01-01T00:00:00",
        "duration_seconds": 7200,
        "rule": None,
        "everything": everything,
        "window_from": begins,
        "window_until": begins + timedelta(hours=2),
        "created_at": begins,
        "updated_at": begins,
    }


def rollup(
    monitor_id: UUID, bucket: datetime, *, up: float, down: float, maintenance: float = 0.0
) -> dict[str, Any]:
    return {
        "monitor_id": monitor_id,
        "width": 86_400,
        "bucket": bucket,
        "up_seconds": up,
        "down_seconds": down,
        "maintenance_seconds": maintenance,
    }
