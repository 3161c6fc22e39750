"""A person at the HTTP API, doing what the page would do for them."""

import asyncio
from typing import Any, Self

import httpx

from medianest_common.testing.fake_plex import FakeAccount, FakePlex

_TIMEOUT = 10.0
_SIGN_IN_SECONDS = 20.0


class Visitor:
    """Cookies of its own, as in a browser; a Bearer token once signed in."""

    def __init__(self, address: str) -> None:
        self._client = httpx.AsyncClient(base_url=f"{address}/api/v1", timeout=_TIMEOUT)

    async def __aenter__(self) -> Self:
        """Fetch the cookie and the token that go with every form of somebody who is not signed in yet."""
        csrf = await self.get("/csrf")
        self._client.headers["X-CSRF-Token"] = csrf["token"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def set_up(self, *, setup_token: str, name: str, email: str, password: str) -> None:
        """Become the owner."""
        body = {"setupToken": setup_token, "name": name, "email": email, "password": password}
        self._signed_in(await self.post("/auth/setup", body))

    async def sign_in_with_plex(self, plex: FakePlex, account: FakeAccount) -> None:
        start = await self.post("/auth/plex/pin")
        plex.claim_pin(start["code"], account)
        async with asyncio.timeout(_SIGN_IN_SECONDS):
            while "accessToken" not in (
                answer := await self.post("/auth/plex/verify", {"loginId": start["loginId"]})
            ):
                await asyncio.sleep(0.5)
        self._signed_in(answer)

    async def get(self, path: str, **query: str | int) -> Any:
        return (await self._client.get(path, params=query)).raise_for_status().json()

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = (await self._client.post(path, json=body or {})).raise_for_status()
        return answer.json() if answer.content else {}

    def _signed_in(self, answer: dict[str, Any]) -> None:
        self._client.headers["Authorization"] = f"Bearer {answer['accessToken']}"
