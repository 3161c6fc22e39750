"""What open pages see of monitors: how all stand once a page is opened, and then those that change."""

from collections.abc import Collection
from uuid import UUID

from medianest_common.contracts.health import MONITOR_CHANGED, MonitorStatus
from medianest_common.contracts.live import LiveFrame, LiveState, LiveStates, Renew
from medianest_common.contracts.notifications import PUSH_ADMINS, PUSH_ALL
from medianest_health.app import HealthApp
from medianest_health.fitting import fitting
from medianest_health.mapping import as_status
from medianest_health.repository import board


async def read_monitor_states(app: HealthApp) -> LiveStates:
    """As many as there can be, as long as one message holds them."""
    states = [state for _, state in await _read(app)]
    return LiveStates.first_of(states, most=fitting(states))


async def tell_monitors(app: HealthApp, changed: Collection[UUID]) -> None:
    if not changed:
        return
    for _, state in await _read(app, only=changed):
        body = state.frame.model_dump_json().encode()
        await app.bus.publish_live(PUSH_ALL if state.everyone else PUSH_ADMINS, body)


async def show_anew(app: HealthApp) -> None:
    """What there is, or who may see it, is another: everybody gets a new picture, and forgets what is not in it."""
    await app.bus.publish_live(PUSH_ALL, Renew(type=MONITOR_CHANGED).model_dump_json().encode())


async def _read(app: HealthApp, *, only: Collection[UUID] | None = None) -> list[tuple[UUID, LiveState]]:
    async with app.db.read() as connection:
        rows = await board(connection, for_admin=True, only=only)
    now = app.clock.now()
    states = []
    for row in rows:
        everyone = row["visibility"] == "everyone"
        frame = _frame_of(as_status(row, now=now))
        states.append((row["id"], LiveState(frame=frame, admins=not everyone, everyone=everyone)))
    return states


def _frame_of(status: MonitorStatus) -> LiveFrame:
    data = status.model_dump(mode="json")
    return LiveFrame(key=f"monitor:{status.id}", type=MONITOR_CHANGED, data=data)
