"""A household for tests: its portal, its Plex server, its people."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from medianest.testing import Sandbox
from medianest_common.clock import uuid7
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.identity import Role
from medianest_common.contracts.platform import Check, Readiness, ping_subject
from medianest_common.contracts.plex import ListLibraries, ListRecentlyAdded, RememberMember, SearchLibrary
from medianest_common.testing.fake_plex import FakeAccount, FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex.last_good import FRESH_SECONDS

NOW = datetime.now(UTC).replace(microsecond=0)


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
            )
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
        body = await self.sandbox.bus.ask(ping_subject("plex"), timeout=5)
        return next(check for check in Readiness.model_validate_json(body).checks if check.name == "plex")

    def later(self, seconds: float = FRESH_SECONDS + 1) -> None:
        """So long that nothing read before is fresh any more."""
        self.clock.advance(seconds)
