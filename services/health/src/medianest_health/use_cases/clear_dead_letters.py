"""What is settled leaves the bus, and what has left the bus is known no more."""

from datetime import timedelta

from medianest_common.bus.dead_letters import remove_letter
from medianest_common.bus.topology import DEAD_LETTERS
from medianest_common.contracts.health.queues import RemoveDeadLetters
from medianest_health.app import HealthApp
from medianest_health.repository.dead_letters import DeadLetters, waiting_seqs

SETTLED_KEPT = timedelta(days=30)


async def remove_settled(app: HealthApp, job: RemoveDeadLetters) -> None:
    for place in job.letters:
        await remove_letter(app.bus.js, seq=place.seq, buried_at=place.buried_at)


async def forget_vanished(app: HealthApp) -> None:
    """They grew old, made room for others, or spoke of somebody who has left."""
    async with app.db.transaction() as tx:
        await DeadLetters(tx.session).forget_settled(before=app.clock.now() - SETTLED_KEPT)
    async with app.db.read() as connection:
        known = await waiting_seqs(connection)
    # Asked afterwards, so that none is missed that has only just come.
    answer = await app.bus.jetstream(f"STREAM.INFO.{DEAD_LETTERS}", deleted_details=True)
    there = answer["state"]
    first, last, deleted = there["first_seq"], there["last_seq"], set(there.get("deleted") or ())
    gone = [seq for seq in known if not first <= seq <= last or seq in deleted]
    async with app.db.transaction() as tx:
        await DeadLetters(tx.session).forget_gone(gone)
