"""python-plexapi signs in at the pretend plex.tv, as it would at the real one."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import requests
from plexapi.exceptions import Unauthorized
from plexapi.myplex import MyPlexAccount, MyPlexPinLogin

from medianest_common.testing.fake_plex import FakePlex

sign_in: Any = MyPlexAccount
"""The client has no types."""
pin_login: Any = MyPlexPinLogin


class Redirected(requests.Session):
    """Sends what is meant for plex.tv to the pretend one."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def request(self, method: str, url: str, *args: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        return super().request(method, url.replace("https://plex.tv", self._url), *args, **options)


async def ask[T](plex: FakePlex, token: str, question: Callable[[Any], T]) -> T:
    def work() -> T:
        return question(sign_in(token=token, session=Redirected(plex.tv_url), timeout=10))

    return await asyncio.wait_for(asyncio.to_thread(work), 30)


async def test_it_reads_the_account(plex: FakePlex) -> None:
    friend = plex.add_friend("frida", email="frida@example.com")
    read = await ask(plex, friend.token, lambda account: (account.id, account.username, account.email))
    assert read == (friend.id, "frida", "frida@example.com")


async def test_it_is_refused_with_a_token_that_was_reset(plex: FakePlex) -> None:
    friend = plex.add_friend("frida")
    old = friend.token
    plex.reset_password(friend)
    with pytest.raises(Unauthorized):
        await ask(plex, old, lambda account: account.username)


async def test_it_finds_and_reaches_the_server_through_the_resources(plex: FakePlex) -> None:
    friend = plex.add_friend("frida", libraries=["Movies"])

    def sections(account: Any) -> tuple[str, list[str]]:
        (resource,) = account.resources()
        server = resource.connect(timeout=5, ssl=False, locations=["local", "remote"])
        return resource.clientIdentifier, [section.title for section in server.library.sections()]

    plex.connections[0]["local"] = False
    assert await ask(plex, friend.token, sections) == (plex.machine_id, ["Movies"])


async def test_it_lists_whom_the_server_is_shared_with(plex: FakePlex) -> None:
    plex.add_friend("frida", email="frida@example.com")
    plex.add_friend("paul", pending=True)

    def users(account: Any) -> list[tuple[str, str, bool]]:
        return [(u.title, u.servers[0].machineIdentifier, u.servers[0].pending) for u in account.users()]

    assert await ask(plex, plex.owner.token, users) == [
        ("frida", plex.machine_id, False),
        ("paul", plex.machine_id, True),
    ]


async def test_it_signs_in_by_a_pin(plex: FakePlex) -> None:
    friend = plex.add_friend("frida")
    login = pin_login(session=Redirected(plex.tv_url), oauth=True, requestTimeout=10)
    address = await asyncio.to_thread(login.oauthUrl)
    assert not await asyncio.to_thread(login.checkLogin)
    plex.claim_pin(login._code, friend)
    assert login._code in address
    assert await asyncio.to_thread(login.checkLogin)
    assert login.token == friend.token
