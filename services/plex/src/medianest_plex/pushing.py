"""Tells open pages what happens on the server, without their asking."""

from collections.abc import Sequence

from medianest_common.contracts.live import LiveFrame
from medianest_common.contracts.notifications import PUSH_ADMINS, push_subject
from medianest_common.contracts.plex.live import ScanProgress
from medianest_common.contracts.plex.playback import SCAN_PROGRESSED, SESSION_CHANGED, PlaySession
from medianest_plex.app import PlexApp
from medianest_plex.models import Server, Session
from medianest_plex.played import as_session
from medianest_plex.viewers import read_viewers


async def tell_sessions(
    app: PlexApp, server: Server, changed: Sequence[Session], ended: Sequence[Session]
) -> None:
    """To administrators, and to whoever it is that watches."""
    everything = [*changed, *ended]
    if not everything:
        return
    async with app.db.read() as connection:
        viewers = await read_viewers(connection, server.id, {session.account_id for session in everything})
    for session in everything:
        shown = as_session(session, viewer=viewers[session.account_id], images=app.images)
        body = frame_of(shown).model_dump_json().encode()
        await app.bus.publish_live(PUSH_ADMINS, body)
        if shown.viewer.user_id is not None:
            await app.bus.publish_live(push_subject(shown.viewer.user_id), body)


def frame_of(shown: PlaySession) -> LiveFrame:
    data = shown.model_dump(mode="json", by_alias=True)
    return LiveFrame(key=f"{SESSION_CHANGED}:{shown.id}", type=SESSION_CHANGED, data=data)


async def tell_scan(
    app: PlexApp, library_key: str, *, title: str | None, percent: int | None, done: bool
) -> None:
    scan = ScanProgress(library_key=library_key, title=title, percent=percent, done=done)
    frame = LiveFrame(
        key=f"{SCAN_PROGRESSED}:{library_key}", type=SCAN_PROGRESSED, data=scan.model_dump(mode="json")
    )
    await app.bus.publish_live(PUSH_ADMINS, frame.model_dump_json().encode())
