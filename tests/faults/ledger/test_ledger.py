"""Everything is killed, stopped, cut off and filled up while people work. Afterwards what they were answered is true.

A seed decides what is done and when; it is printed, and `LEDGER_SEED=… make faults` does the same again.
`LEDGER_STRIKES` says how many there are in the long form; with `LEDGER_FULL_DISKS` disks are filled as well, where a
test may mount one of its own: what that loses is in `docs/reliability.md`.
"""

import asyncio
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from medianest.testing import eventually
from medianest_common.testing.fake_youtube import FakeYoutube
from tests.faults.ledger.book import Book
from tests.faults.ledger.checker import complaints, sessions_lost
from tests.faults.ledger.clients import Clients, Place, clients
from tests.faults.ledger.inboxes import Inboxes
from tests.faults.ledger.load import OWNER
from tests.faults.ledger.rig import Rig, may_mount, rig
from tests.faults.ledger.seen import Seen, look
from tests.faults.ledger.strikes import Means, Strike, drawn
from tests.faults.ledger.supply import FRIENDS, fetching, release
from tests.faults.test_deliveries import verified_channel
from tests.world import Person

SHORT_SEED = 16
SETTLED_WITHIN = 240.0


@pytest.mark.timeout(900)
async def test_a_few_strikes_leave_nothing_lost_doubled_or_half_done(
    tmp_path: Path, youtube: FakeYoutube
) -> None:
    seed = int(os.environ.get("LEDGER_SEED", SHORT_SEED))
    means = [each for each in Means if each is not Means.FULL_DISK]
    await _run(tmp_path, youtube, seed, drawn(seed, 5, longest=3.0, peace=(1.0, 3.0), means=means))


@pytest.mark.long
@pytest.mark.timeout(4 * 3600)
async def test_two_hundred_strikes_leave_nothing_lost_doubled_or_half_done(
    tmp_path: Path, youtube: FakeYoutube
) -> None:
    seed = int(os.environ.get("LEDGER_SEED", random.SystemRandom().randrange(1_000_000)))
    number = int(os.environ.get("LEDGER_STRIKES", "200"))
    full_disks = "LEDGER_FULL_DISKS" in os.environ and may_mount()
    means = [each for each in Means if each is not Means.FULL_DISK or full_disks]
    await _run(tmp_path, youtube, seed, drawn(seed, number, longest=30.0, peace=(1.0, 8.0), means=means))


async def _run(folder: Path, youtube: FakeYoutube, seed: int, strikes: list[Strike]) -> None:
    print(f"\nLEDGER_SEED={seed}", flush=True)
    began = time.monotonic()
    book = Book(folder / "ledger.jsonl")
    fills_disks = any(strike.means is Means.FULL_DISK for strike in strikes)
    async with rig(folder, youtube, fills_disks=fills_disks) as on:
        plex, overseerr = on.house.plex, on.house.overseerr
        everybody = {OWNER: await on.house.owner()}
        everybody |= {name: await on.house.friend(name) for name in FRIENDS}
        await verified_channel(everybody[OWNER], on.ntfy)
        release(overseerr, youtube)
        place = Place(
            port=on.house.product.port,
            plex=plex.tv_url,
            accounts={account.username: account.id for account in plex.accounts.shared},
            book=str(book.path),
            seed=seed,
        )
        async with clients(place, folder / "clients.log") as people:
            await people.come()
            print(f"  all is up after {time.monotonic() - began:.1f} s", flush=True)
            await people.begin()
            ends, inboxes = asyncio.Event(), Inboxes(everybody)
            async with asyncio.TaskGroup() as meanwhile:
                meanwhile.create_task(fetching(overseerr, seed, ends))
                meanwhile.create_task(inboxes.reading(ends, lambda: _sign_in_again(everybody, on)))
                for strike in strikes:
                    await asyncio.sleep(strike.after)
                    assert people.are_there(), (folder / "clients.log").read_text()[-3000:]
                    await on.strike(strike)
                await asyncio.sleep(2)
                await people.end()
                ends.set()
            await on.well()
            print(f"  the last strike is over after {time.monotonic() - began:.1f} s", flush=True)
            await _sign_in_again(everybody, on)

            async def nothing_is_wrong() -> bool:
                # Looking at everything is work as well.
                await asyncio.sleep(1)
                found = complaints(book.read(), await _look(on, everybody, people, inboxes))
                assert not found, "\n".join([f"LEDGER_SEED={seed}", *found[:40], f"({len(found)} in all)"])
                return True

            await eventually(nothing_is_wrong, within=SETTLED_WITHIN)
            _was_worth_it(book, await _look(on, everybody, people, inboxes))
            # And whatever comes late changes nothing.
            await asyncio.sleep(5)
            await nothing_is_wrong()
            _tell(on, book, await _look(on, everybody, people, inboxes), time.monotonic() - began)


async def _look(on: Rig, everybody: Mapping[str, Person], people: Clients, inboxes: Inboxes) -> Seen:
    seen = await look(on, everybody[OWNER], people)
    seen.kept_in_inbox = await inboxes.read()
    seen.inboxes = inboxes.ever()
    return seen


async def _sign_in_again(everybody: Mapping[str, Person], on: Rig) -> None:
    """A long run outlasts the tokens of those who only looked."""
    plex = on.house.plex
    await everybody[OWNER].sign_in()
    for account in plex.accounts.shared:
        await everybody[account.username].sign_in_with_plex(plex, account)


def _was_worth_it(book: Book, seen: Seen) -> None:
    """Where nothing was confirmed, nothing can be lost."""
    confirmed = {entry.what for entry in book.read() if entry.done}
    assert confirmed >= {"request", "approve", "webhook", "refresh", "monitor", "download"}, confirmed
    # Whoever has just signed in again has an open page on which nothing has happened yet.
    assert all(seen.live.values()) or any(sessions_lost(book.read()).values()), seen.live


def _tell(on: Rig, book: Book, seen: Seen, seconds: float) -> None:
    entries = book.read()
    print(
        f"  {len(entries)} calls in {seconds:.0f} s, {sum(entry.status is None for entry in entries)} unanswered"
    )
    for what, number in Counter(entry.what for entry in entries if entry.done).most_common():
        print(f"  {number:6} confirmed: {what}")
    print(f"  {sum(map(len, seen.inboxes.values()))} notices, {len(seen.files)} videos")
    lost = sum(map(len, sessions_lost(entries).values()))
    print(f"  {lost} sessions lost for want of an answer to their renewal in time")
    times = sorted(seconds for _, seconds in on.took)
    if times:
        print(f"  well again after {statistics.median(times):.1f} s (median), {times[-1]:.1f} s at most")
    for strike, took in sorted(on.took, key=lambda each: -each[1])[:5]:
        print(f"  {took:6.1f} s after {strike}")
