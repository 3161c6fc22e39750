"""Whose turn it is to have a password hashed."""

import asyncio

import pytest

from medianest_auth.errors import AuthBusy
from medianest_auth.passwords import turns
from medianest_auth.passwords.turns import QUEUE, QUEUE_OF_ONE_NETWORK, Turns


async def test_one_account_gets_one_turn_at_a_time_and_one_network_two() -> None:
    line = Turns(at_once=8)
    first = await line.take(account="frida", network="a")
    again = asyncio.create_task(line.take(account="frida", network="b"))
    second = await line.take(account="bert", network="a")
    third = asyncio.create_task(line.take(account="carla", network="a"))
    other = await line.take(account="carla", network="c")
    await asyncio.sleep(0)
    assert not again.done() and not third.done()
    line.give_back(first)
    assert (await again).account == "frida"
    line.give_back(other)
    assert (await third).network == "a"
    line.give_back(second)


async def test_those_who_wait_are_called_in_order_but_hold_up_nobody_else() -> None:
    line = Turns(at_once=2)
    first = await line.take(account="frida", network="")
    called: list[str] = []

    async def come(account: str) -> None:
        turn = await line.take(account=account, network="")
        called.append(account)
        line.give_back(turn)

    crowd = [asyncio.create_task(come(account)) for account in ("frida", "frida", "bert", "carla")]
    while len(called) < 2:
        await asyncio.sleep(0)
    assert called == ["bert", "carla"]
    line.give_back(first)
    await asyncio.gather(*crowd)
    assert called == ["bert", "carla", "frida", "frida"]


async def test_a_full_line_refuses_at_once_and_one_network_cannot_fill_it() -> None:
    line = Turns(at_once=1)
    taken = await line.take(account="", network="")
    waiting = [asyncio.create_task(line.take(account="", network="a")) for _ in range(QUEUE_OF_ONE_NETWORK)]
    await asyncio.sleep(0)
    with pytest.raises(AuthBusy) as refused:
        await line.take(account="", network="a")
    assert refused.value.retry_after
    waiting += [
        asyncio.create_task(line.take(account="", network=str(n)))
        for n in range(QUEUE - QUEUE_OF_ONE_NETWORK)
    ]
    await asyncio.sleep(0)
    with pytest.raises(AuthBusy):
        await line.take(account="", network="b")
    line.give_back(taken)
    for task in waiting:
        line.give_back(await task)


async def test_who_waits_too_long_or_goes_away_leaves_no_turn_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.02)
    line = Turns(at_once=1)
    taken = await line.take(account="frida", network="a")
    with pytest.raises(AuthBusy):
        await line.take(account="frida", network="a")
    monkeypatch.setattr(turns, "LONGEST_WAIT", 60)
    gone = asyncio.create_task(line.take(account="frida", network="a"))
    await asyncio.sleep(0)
    # Called and gone in the same moment.
    line.give_back(taken)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    line.give_back(await line.take(account="frida", network="a"))


async def test_a_turn_that_comes_free_while_somebody_gives_up_goes_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "LONGEST_WAIT", 60)
    line = Turns(at_once=1)
    taken = await line.take(account="", network="")
    gone = asyncio.create_task(line.take(account="", network=""))
    stays = asyncio.create_task(line.take(account="", network=""))
    await asyncio.sleep(0)
    # Gone, but not yet out of the line.
    gone.cancel()
    line.give_back(taken)
    line.give_back(await stays)
    with pytest.raises(asyncio.CancelledError):
        await gone
    line.give_back(await line.take(account="", network=""))
