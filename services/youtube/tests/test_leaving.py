"""Somebody leaves: what is there stays for the household, and nothing that comes late brings them back."""

from typing import Any

import pytest

from medianest.testing import eventually
from medianest_common.contracts import youtube
from medianest_common.contracts.auth import UserChanged
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.identity import Role
from medianest_common.contracts.personal import NOBODY
from medianest_common.contracts.youtube.downloads import StartDownload
from medianest_common.contracts.youtube.subscriptions import Subscribe, SubscriptionBody
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_youtube import Channel, Playlist, numbered
from services.youtube.tests.conftest import Home, Person
from services.youtube.tests.lists import CHANNEL_ID, LIST_ID, batch_becomes, hold_downloads


async def erased(home: Home, person: Person) -> dict[str, int]:
    """What the service says it has removed."""
    heard: list[bytes] = []

    async def arrived(message: Any) -> None:
        heard.append(message.data)

    subscription = await home.sandbox.nats.subscribe(youtube.UserDataErased.subject, cb=arrived)
    await home.sandbox.nats.flush(timeout=5)
    await home.sandbox.emit(UserDeleted(user_id=person.id))

    async def told() -> bool:
        return bool(heard)

    await eventually(told)
    await subscription.unsubscribe()
    return youtube.UserDataErased.model_validate_json(heard[0]).removed


async def furnished(home: Home) -> Person:
    """Frida follows a channel, and has asked for a list of which the first has been downloaded."""
    await hold_downloads(home)
    frida = await home.friend()
    home.youtube.add(Playlist(id=LIST_ID, videos=numbered(3)))
    home.youtube.add(Channel(id=CHANNEL_ID, handle="@somebody"))
    url = f"https://www.youtube.com/playlist?list={LIST_ID}"
    started = await frida.call(StartDownload(url=url, collection="Frida's favourites"))
    assert started.batch is not None
    await batch_becomes(home, started.batch.id)
    await home.change("update assets set status = 'ready' where video_id = 'video000001'")
    body = SubscriptionBody(url="https://www.youtube.com/@somebody", collection="For Frida")
    await frida.call(Subscribe(subscription=body))
    return frida


async def test_what_is_there_stays_and_the_rest_goes(home: Home) -> None:
    frida = await furnished(home)

    removed = await erased(home, frida)

    assert removed == {"people": 1, "subscriptions": 1, "batches": 1, "downloads": 3}

    async def cancelled() -> bool:
        rows = await home.rows("select video_id, status from assets order by video_id")
        return rows == [
            ("video000001", "ready"),
            ("video000002", "cancelled"),
            ("video000003", "cancelled"),
        ]

    await eventually(cancelled)
    living = await home.rows("select user_id from downloads where ended_at is null")
    assert living == [(NOBODY,)]
    for table in ("people", "downloads", "batches", "subscriptions"):
        rows = str(await home.rows(f"select t::text from {table} t")).lower()
        assert "frida" not in rows, table


async def test_two_who_leave_one_after_the_other_leave_one_download(home: Home) -> None:
    frida = await furnished(home)
    gustav = await home.friend("Gustav")
    await gustav.call(StartDownload(url="https://youtu.be/video000001"))
    await erased(home, frida)

    assert (await erased(home, gustav))["downloads"] == 1

    living = "select count(*) from downloads d join assets a on a.id = d.asset_id where d.ended_at is null"
    assert await home.rows(f"{living} and a.video_id = 'video000001'") == [(1,)]


async def test_nothing_late_brings_back_who_has_left(home: Home) -> None:
    frida = await home.friend()
    assert await erased(home, frida) == {"people": 1}
    assert await erased(home, frida) == {}, "a second time there is nothing"

    late = UserChanged(user_id=frida.id, name="Frida", email=None, role=Role.USER, plex_id=None, version=9)
    await home.sandbox.emit(late)
    gustav = await home.friend("Gustav")

    assert gustav.id
    with pytest.raises(MediaNestError):
        await frida.call(StartDownload(url="https://youtu.be/video000001"))
    assert await home.rows("select name from people where id = :id", id=frida.id) == [("",)]


async def test_everybody_can_take_along_what_is_known_of_them(home: Home) -> None:
    frida = await furnished(home)

    data = await frida.call(youtube.ExportUserData())

    assert data.tables["people"][0]["name"] == "Frida"
    assert [row["videoId"] for row in data.tables["downloads"]] == [
        "video000001",
        "video000002",
        "video000003",
    ]
    assert [row["collection"] for row in data.tables["batches"]] == ["Frida's favourites"]
    assert [row["collection"] for row in data.tables["subscriptions"]] == ["For Frida"]
    assert (await home.owner.call(youtube.ExportUserData())).tables["downloads"] == []
