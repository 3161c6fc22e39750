"""Faults, oddities, events and webhooks of the two pretend servers."""

import asyncio
import json
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.http_server import serve

ALL = "/library/sections/1/all"


async def frames(socket: ClientConnection, number: int) -> list[dict[str, Any]]:
    received = [await asyncio.wait_for(socket.recv(), 5) for _ in range(number)]
    return [json.loads(frame)["NotificationContainer"] for frame in received]


def events_of(plex: FakePlex, token: str) -> connect:
    address = plex.server_url.replace("http", "ws") + "/:/websockets/notifications"
    return connect(address, additional_headers={"X-Plex-Token": token})


async def test_a_fault_lasts_as_often_as_told(plex: FakePlex, server: httpx.AsyncClient) -> None:
    plex.server.fail_with(503, times=2, retry_after=7)
    first, second, third = [await server.get("/identity") for _ in range(3)]
    assert [first.status_code, second.status_code, third.status_code] == [503, 503, 200]
    assert first.headers["retry-after"] == "7"
    assert first.headers["content-type"] == "text/html"


async def test_a_fault_can_be_kept_to_one_path(plex: FakePlex, server: httpx.AsyncClient) -> None:
    plex.server.fail_with(500, path="/library/recentlyAdded")
    assert (await server.get("/library/recentlyAdded")).status_code == 500
    assert (await server.get("/library/sections")).status_code == 200


async def test_too_many_requests_comes_in_the_form_of_plex_tv(plex: FakePlex, tv: httpx.AsyncClient) -> None:
    plex.tv.fail_with(429, times=1)
    answer = await tv.get("/api/v2/user")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (429, 1003)


async def test_nonsense_arrives_with_status_200(plex: FakePlex, server: httpx.AsyncClient) -> None:
    plex.server.fail_with("html", times=1)
    plex.server.fail_with("malformed", times=1)
    plex.server.fail_with("empty", times=1)
    page, malformed, empty = [await server.get("/library/sections") for _ in range(3)]
    assert page.headers["content-type"] == "text/html"
    with pytest.raises(json.JSONDecodeError):
        malformed.json()
    assert (empty.status_code, empty.content) == (200, b"")


@pytest.mark.parametrize("fault", ["drop", "truncate"])
async def test_a_cut_connection_breaks_the_answer(
    plex: FakePlex, fault: Any, server: httpx.AsyncClient
) -> None:
    plex.server.fail_with(fault, times=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await server.get("/library/sections")
    assert (await server.get("/library/sections")).status_code == 200


async def test_a_request_that_hangs_is_answered_after_healing(
    plex: FakePlex, server: httpx.AsyncClient
) -> None:
    plex.server.fail_with("hang", times=1)
    with pytest.raises(httpx.ReadTimeout):
        await server.get("/identity", timeout=httpx.Timeout(30, read=0.05))
    plex.server.fail_with("hang")
    waiting = asyncio.create_task(server.get("/identity"))
    while len(plex.requests) < 2:
        await asyncio.sleep(0.01)
    plex.server.heal()
    assert (await asyncio.wait_for(waiting, 5)).status_code == 200


async def test_a_closed_port_refuses_until_healed(plex: FakePlex) -> None:
    plex.server.fail_with("refuse")
    async with httpx.AsyncClient(base_url=plex.server_url, timeout=5) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/identity")
        plex.server.heal()
        assert (await client.get("/identity")).status_code == 200


async def test_plex_tv_says_what_it_is_told_to_until_healed(plex: FakePlex) -> None:
    plex.tv.say("<MediaContainer size='7'/>", path="/api/users")
    headers = {"X-Plex-Token": plex.owner.token}
    async with httpx.AsyncClient(base_url=plex.tv_url, headers=headers, timeout=5) as client:
        said = await client.get("/api/users")
        assert (said.status_code, said.text) == (200, "<MediaContainer size='7'/>")
        assert "olivia" in (await client.get("/api/v2/user")).text
        plex.tv.heal()
        assert 'size="0"' in (await client.get("/api/users")).text


async def test_a_control_character_breaks_xml_but_not_json(plex: FakePlex, server: httpx.AsyncClient) -> None:
    plex.library.add_movie("Heat")
    plex.quirks.control_characters = True
    assert "\x04" in (await server.get(ALL)).json()["MediaContainer"]["Metadata"][0]["summary"]
    raw = (await server.get(ALL, headers={"Accept": "*/*"})).text
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(raw)


async def test_oddities_change_types_totals_and_pages(plex: FakePlex, server: httpx.AsyncClient) -> None:
    plex.library.generate(4)
    paging = {"X-Plex-Container-Start": "0", "X-Plex-Container-Size": "4"}
    plex.quirks.mixed_types = plex.quirks.missing_total_size = True
    mixed = (await server.get(ALL, params=paging)).json()["MediaContainer"]
    assert [type(item["year"]) for item in mixed["Metadata"]] == [int, str, int, str]
    assert mixed["size"] == "4"
    assert "totalSize" not in mixed
    plex.quirks.page_cap = 3
    assert len((await server.get(ALL, params=paging)).json()["MediaContainer"]["Metadata"]) == 3


async def test_added_and_removed_items_are_told_at_once(plex: FakePlex) -> None:
    async with events_of(plex, plex.server_token) as socket:
        film = plex.library.add_movie("Heat")
        created = await frames(socket, 2)
        plex.library.remove(film)
        (deleted,) = await frames(socket, 1)
    entries = [frame["TimelineEntry"][0] for frame in (*created, deleted)]
    assert [(entry["itemID"], entry["state"]) for entry in entries] == [(film, 0), (film, 5), (film, 9)]


async def test_the_event_socket_is_the_owners(plex: FakePlex) -> None:
    friend = plex.add_friend("frida")
    with pytest.raises(InvalidStatus):
        async with events_of(plex, friend.server_token):
            pass


async def test_a_session_is_told_listed_and_remembered(plex: FakePlex, server: httpx.AsyncClient) -> None:
    film, friend = plex.library.add_movie("Heat"), plex.add_friend("frida")
    async with events_of(plex, plex.server_token) as socket:
        key = plex.sessions.play(friend, film, offset=1000, transcode=True)
        (told,) = await frames(socket, 1)
    assert told["PlaySessionStateNotification"][0]["ratingKey"] == film
    (playing,) = (await server.get("/status/sessions")).json()["MediaContainer"]["Metadata"]
    assert (playing["User"]["title"], playing["sessionKey"], playing["viewOffset"]) == ("frida", key, 1000)
    plex.sessions.stop(key)
    (watched,) = (await server.get("/status/sessions/history/all")).json()["MediaContainer"]["Metadata"]
    assert (watched["ratingKey"], watched["accountID"]) == (film, friend.id)


async def test_a_webhook_is_multipart_with_the_payload_and_a_picture(plex: FakePlex) -> None:
    received: list[tuple[str, bytes]] = []

    async def take(request: Request) -> Response:
        received.append((request.headers["content-type"], await request.body()))
        return Response(status_code=200)

    film = plex.library.add_movie("Heat", 1995, tmdb=949)
    async with serve(Starlette(routes=[Route("/hook", take, methods=["POST"])])) as url:
        answer = await plex.send_webhook(f"{url}/hook", "library.new", film)
    assert answer.status_code == 200
    ((content_type, body),) = received
    assert content_type.startswith("multipart/form-data")
    assert b'name="payload"' in body
    assert b'"event": "library.new"' in body
    assert f'"uuid": "{plex.machine_id}"'.encode() in body
    assert b'name="thumb"; filename="thumb.jpg"' in body


async def test_an_item_can_come_without_its_fields_or_broken(
    plex: FakePlex, server: httpx.AsyncClient
) -> None:
    plex.library.generate(2)
    plex.quirks.missing_fields = plex.quirks.broken_item = True
    broken, bare = (await server.get(ALL)).json()["MediaContainer"]["Metadata"]
    assert "ratingKey" not in broken
    assert "year" not in bare
    assert bare["ratingKey"]


async def test_a_fault_denies_the_event_socket_too(plex: FakePlex) -> None:
    plex.server.fail_with(503, times=1)
    with pytest.raises(InvalidStatus):
        async with events_of(plex, plex.server_token):
            pass
    async with events_of(plex, plex.server_token) as socket:
        plex.server.cut_connections()
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 5)
