"""The same key and body gives the first answer again, and is done once."""

import asyncio

import pytest

from libs.common.tests.web.portal import API, MakePortal, Portal
from medianest_common.web.idempotency import IdempotencyInProgress

FILM = {"title": "Arrival"}


async def test_the_first_answer_is_given_again(portal: Portal) -> None:
    async with portal.client(headers={"Idempotency-Key": "a-key"}) as client:
        first = await client.post(f"{API}/once", json=FILM)
        second = await client.post(f"{API}/once", json=FILM)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content == b'{"number":1}'
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["content-type"] == "application/json"
    assert second.headers["idempotency-replayed"] == "true"
    assert portal.created == ["Arrival"]


async def test_another_body_under_the_same_key_is_422(portal: Portal) -> None:
    async with portal.client(headers={"Idempotency-Key": "a-key"}) as client:
        await client.post(f"{API}/once", json=FILM)
        answer = await client.post(f"{API}/once", json={"title": "Dune"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_sixteen_at_once_are_done_once_and_all_get_the_answer(portal: Portal) -> None:
    async with portal.client(headers={"Idempotency-Key": "a-key"}) as client:
        answers = await asyncio.gather(*(client.post(f"{API}/once", json=FILM) for _ in range(16)))
    assert {answer.content for answer in answers} == {b'{"number":1}'}
    assert portal.created == ["Arrival"]


async def test_a_refusal_is_not_kept(portal: Portal) -> None:
    async with portal.client(headers={"Idempotency-Key": "a-key"}) as client:
        refused = [await client.post(f"{API}/once", json={"title": "taken"}) for _ in range(2)]
    assert [answer.status_code for answer in refused] == [409, 409]
    assert all("idempotency-replayed" not in answer.headers for answer in refused)


async def test_keys_belong_to_one_caller_and_one_route(portal: Portal) -> None:
    portal.sign_in("ada")
    portal.sign_in("bob")
    for who in ("ada", "bob"):
        async with portal.client(
            headers={"Idempotency-Key": "k", "Authorization": f"Bearer {who}"}
        ) as client:
            await client.post(f"{API}/once", json=FILM)
            await client.post(f"{API}/narrow/films", json=FILM)
    assert len(portal.created) == 4


async def test_without_a_key_everything_is_done(portal: Portal) -> None:
    async with portal.client() as client:
        await client.post(f"{API}/once", json=FILM)
        await client.post(f"{API}/once", json=FILM)
    assert len(portal.created) == 2


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "ümlaut"])
async def test_a_key_is_visible_ascii(portal: Portal, key: str) -> None:
    async with portal.client() as client:
        answer = await client.post(f"{API}/once", json=FILM, headers=[(b"Idempotency-Key", key.encode())])
    assert answer.status_code == 422
    assert portal.created == []


async def test_without_valkey_everything_is_done(make: MakePortal) -> None:
    portal = make(valkey_url="redis://127.0.0.1:1/0")
    async with portal.client(headers={"Idempotency-Key": "a-key"}) as client:
        statuses = [(await client.post(f"{API}/once", json=FILM)).status_code for _ in range(2)]
    assert statuses == [201, 201]


async def test_while_the_first_still_runs_the_second_is_409(portal: Portal) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    store = portal.app.state.idempotency

    async def slow():  # type: ignore[no-untyped-def]
        begun.set()
        await go_on.wait()
        raise AssertionError("given up")

    first = asyncio.create_task(store.once("slot", "body", slow))
    await begun.wait()
    with pytest.raises(IdempotencyInProgress):
        await store.once("slot", "body", slow)
    go_on.set()
    with pytest.raises(AssertionError):
        await first
