"""Whose turn it is to have a password hashed: few at once, and nobody takes the place of everybody else."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from medianest_auth.errors import AuthBusy

QUEUE = 32
QUEUE_OF_ONE_NETWORK = 16
_AT_ONCE_OF_ONE_NETWORK = 2
_AT_ONCE_OF_ONE_ACCOUNT = 1
LONGEST_WAIT = 2.0


@dataclass(eq=False, slots=True)
class Turn:
    """Empty names share no limit with anybody."""

    account: str
    network: str
    called: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Turns:
    def __init__(self, *, at_once: int) -> None:
        self._free = at_once
        self._waiting: list[Turn] = []
        self._accounts: Counter[str] = Counter()
        self._networks: Counter[str] = Counter()

    async def take(self, *, account: str, network: str) -> Turn:
        """Raises `AuthBusy` at once when too many wait, or after two seconds."""
        turn = Turn(account, network)
        if self._is_full(network):
            raise busy()
        self._waiting.append(turn)
        self._call_next()
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await turn.called
        except TimeoutError:
            self._leave(turn)
            raise busy() from None
        except asyncio.CancelledError:
            self._leave(turn)
            raise
        return turn

    def give_back(self, turn: Turn) -> None:
        self._free += 1
        for names, name in ((self._accounts, turn.account), (self._networks, turn.network)):
            names[name] -= 1
            if not names[name]:
                del names[name]
        self._call_next()

    def _is_full(self, network: str) -> bool:
        if len(self._waiting) >= QUEUE:
            return True
        return bool(network) and sum(t.network == network for t in self._waiting) >= QUEUE_OF_ONE_NETWORK

    def _leave(self, turn: Turn) -> None:
        """May have been called in the very moment in which it gave up."""
        if turn in self._waiting:
            self._waiting.remove(turn)
        else:
            self.give_back(turn)

    def _call_next(self) -> None:
        """The longest waiting first, except those whose account or network is at its limit."""
        for turn in list(self._waiting):
            if not self._free:
                return
            # One whose time is just over is still here, and leaves by itself.
            if not turn.called.done() and self._may_go(turn):
                self._waiting.remove(turn)
                self._free -= 1
                self._accounts[turn.account] += 1
                self._networks[turn.network] += 1
                turn.called.set_result(None)

    def _may_go(self, turn: Turn) -> bool:
        if turn.account and self._accounts[turn.account] >= _AT_ONCE_OF_ONE_ACCOUNT:
            return False
        return not turn.network or self._networks[turn.network] < _AT_ONCE_OF_ONE_NETWORK


def busy() -> AuthBusy:
    return AuthBusy("Try again in a moment.", retry_after=2)
