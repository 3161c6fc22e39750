"""A household for tests: its portal, its Plex server, its people."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.identity import Role
from medianest_common.contracts.platform import Check, CheckStatus, Readiness, ping_subject
from medianest_common.contracts.plex import ListLibraries, ListRecentlyAdded, RememberMember, SearchLibrary
from medianest_common.testing.fake_plex import FakeAccount, FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex import audience, last_good, watch
from medianest_plex.last_good import FRESH_SECONDS
from medianest_plex.use_cases import get_item, list_plex_servers
from medianest_plex.watch import GLANCE_SECONDS, PATIENCE_SECONDS, Watch

NOW = datetime.now(UTC).replace(microsecond=0)
_PATIENCE, _GLANCE = PATIENCE_SECONDS, GLANCE_SECONDS


def wait_for_plex(patch: pytest.MonkeyPatch, *, seconds: float, glance: float) -> None:
    """So long before it counts as away."""
    for module in (last_good, audience, get_item):
        patch.setattr(module, "PATIENCE_SECONDS", seconds)
    patch.setattr(watch, "GLANCE_SECONDS", glance)
    assert Watch.look.__kwdefaults__ is not None
    patch.setitem(Watch.look.__kwdefaults__, "patience", seconds)
    for name in ("_ACCOUNT_SECONDS", "_PROBE_SECONDS"):
        patch.setattr(list_plex_servers, name, max(seconds, getattr(list_plex_servers, name)))


@contextmanager
def as_in_earnest() -> Iterator[None]:
    """Where Plex hangs, so that nobody waits for it for long."""
    with pytest.MonkeyPatch.context() as patch:
        wait_for_plex(patch, seconds=_PATIENCE, glance=_GLANCE)
        yield


@dataclass
class Household:
    sandbox: Sandbox
    plex: FakePlex
    clock: ShiftedClock

    async def ask[R](
        self, message: Rpc[R], *, by: UUID | None = None, role: Role = Role.USER, timeout: float = 60.0
    ) -> R:
        with self.sandbox.as_user(role=role, user_id=by):
            return await self.sandbox.bus.call(message, timeout=timeout)

    async def signed_in(self, account: FakeAccount, *, user_id: UUID | None = None) -> UUID:
        """What the sign-in tells when this person has come in through Plex."""
        user_id = user_id or uuid7()
        await self.sandbox.bus.call(
            RememberMember(
                user_id=user_id,
                plex_id=account.id,
                server_token=account.server_token,
                restricted=account.restricted,
                owns_server=account is self.plex.owner,
            ),
            timeout=60,
        )
        return user_id

    async def libraries(self, by: UUID | None = None, *, role: Role = Role.USER) -> list[str]:
        answer = await self.ask(ListLibraries(), by=by, role=role)
        return [library.title for library in answer.items]

    async def newest(self, by: UUID | None = None, *, role: Role = Role.USER) -> list[str]:
        answer = await self.ask(ListRecentlyAdded(), by=by, role=role)
        return [item.parent_title or item.title for item in answer.items]

    async def found(self, query: str, by: UUID | None = None, *, role: Role = Role.USER) -> list[str]:
        answer = await self.ask(SearchLibrary(query=query), by=by, role=role)
        return [item.title for item in answer.items]

    async def check(self) -> Check:
        """What the service says about Plex when asked whether it is ready."""
        body = await self.sandbox.bus.ask(ping_subject("plex"), timeout=30)
        return next(check for check in Readiness.model_validate_json(body).checks if check.name == "plex")

    async def says(self, status: CheckStatus, *, later: float = 31) -> Check:
        """Once it says so: what it was just looking at, or has seen a moment ago, may be otherwise by now."""

        async def said() -> Check:
            self.later(later)
            check = await self.check()
            assert check.status is status, check
            return check

        return await eventually(said)

    def later(self, seconds: float = FRESH_SECONDS + 1) -> None:
        """So long that nothing read before is fresh any more."""
        self.clock.advance(seconds)
