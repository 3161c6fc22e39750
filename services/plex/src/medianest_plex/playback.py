"""Follows what is being played: the server's list is the truth, and its events only say when to look."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from medianest_common.clock import uuid7
from medianest_common.contracts.plex.playback import HistoryMode, PlayKind, PlayState
from medianest_common.db import Transaction
from medianest_common.errors import MediaNestError
from medianest_plex.adapters.coercion import Document, to_int, to_key, to_text
from medianest_plex.adapters.playing import Seen, identity
from medianest_plex.adapters.viewing import now_playing
from medianest_plex.app import PlexApp
from medianest_plex.models import Server, Session
from medianest_plex.plays import Plays, shared
from medianest_plex.pushing import tell_sessions
from medianest_plex.repository import present_server
from medianest_plex.sync.viewings import read_views

log = structlog.get_logger()

BUSY_SECONDS = 10.0
IDLE_SECONDS = 60.0
PAUSE_SECONDS = 1.0
"""Between two looks, however many events come."""
STALLED_SECONDS = 90.0
"""A player that says it plays and has not moved for so long stands still."""
SHORTEST_SECONDS = 30
"""A shorter play is a slip of the finger."""
_RECORDED = {PlayKind.LIBRARY.value, PlayKind.LIVE.value}
_MOST_HEARD = 1_000
OWNER = 1
"""What the server itself calls the account of its owner."""


@dataclass
class Changes:
    """What one look found different from the last."""

    begun: list[Session] = field(default_factory=list)
    changed: list[Session] = field(default_factory=list)
    ended: list[Session] = field(default_factory=list)


class Playback:
    """One per leading replica; two would only do the same twice, and the database sees to that."""

    def __init__(self, app: PlexApp, *, pause: float = PAUSE_SECONDS) -> None:
        self._app = app
        self._pause = pause
        self._wake = app.play_hints
        self._known: dict[str, tuple[str, str | None]] = {}
        self._heard: dict[str, tuple[str | None, int]] = {}

    async def run(self) -> None:
        """For ever. Trouble is logged by whoever has it, and the next look mends what was missed."""
        while True:
            self._wake.clear()
            seconds = IDLE_SECONDS
            try:
                seconds = BUSY_SECONDS if await self.look() else IDLE_SECONDS
            except MediaNestError as error:
                log.info("plex_sessions_unknown", reason=error.code)
                seconds = BUSY_SECONDS
            except Exception:
                log.exception("plex_sessions_failed")
            await asyncio.sleep(self._pause)
            try:
                async with asyncio.timeout(seconds - self._pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def look_soon(self) -> None:
        self._wake.set()

    def hear(self, entry: Document) -> None:
        """A playing event: worth a look unless it says no more than that time passes."""
        key = to_text(entry.get("sessionKey"), longest=200)
        state = to_text(entry.get("state"), longest=20)
        if key is None or state is None:
            return
        rating_key, offset = to_key(entry.get("ratingKey")), to_int(entry.get("viewOffset"))
        if offset is not None and offset >= 0 and (key in self._heard or len(self._heard) < _MOST_HEARD):
            self._heard[key] = (rating_key, offset)
        if self._known.get(key) != (state, rating_key):
            self.look_soon()

    async def look(self) -> int:
        """Compare with what the server lists. Returns how many sessions there are. Raises when it cannot be asked."""
        async with self._app.db.read() as connection:
            server = await present_server(connection)
        if server is None:
            return 0
        seen = await now_playing(self._app.plex.pms, token=self._app.plex.token)
        now = self._app.clock.now()
        async with self._app.db.transaction() as tx:
            changes = await self._compare(tx, server, seen, now=now)
            tx.after_commit(
                partial(tell_sessions, self._app, server, changes.begun + changes.changed, changes.ended)
            )
        mine = [s.rating_key for s in changes.ended if s.account_id == OWNER and s.rating_key is not None]
        await read_views(self._app, mine)
        self._known = {s.session_key: (s.state.value, s.rating_key) for s in seen}
        self._heard = {key: heard for key, heard in self._heard.items() if key in self._known}
        return len(seen)

    async def _compare(self, tx: Transaction, server: Server, seen: list[Seen], *, now: datetime) -> Changes:
        plays = Plays(tx.session)
        await plays.take_turns(server.id)
        await plays.read_at(server.id, now)
        await plays.name_viewers(
            server.id, {s.facts["account_id"]: s.viewer for s in seen if s.viewer is not None}
        )
        known = await plays.sessions(server.id)
        matched, rest = _matched(known, seen)
        changes = Changes(ended=rest)
        await plays.forget_sessions([session.id for session in rest])
        for session in rest:
            self._end(session, now=now)
        await self._record(plays, rest)
        for session, listed in matched:
            if _advance(session, listed, now=now):
                changes.changed.append(session)
        # Keys may have changed hands after a restart of the server, and are unique.
        renamed = [
            (session, listed) for session, listed in matched if session.session_key != listed.session_key
        ]
        for session, _ in renamed:
            session.session_key = f"was {session.id}"
        await tx.session.flush()
        for session, listed in renamed:
            session.session_key = listed.session_key
        await tx.session.flush()
        mine = {listed.session_key for _, listed in matched}
        for listed in seen:
            if listed.session_key not in mine:
                session = await self._begin(plays, server, listed, now=now)
                tx.session.add(session)
                changes.begun.append(session)
        await tx.session.flush()
        return changes

    async def _begin(self, plays: Plays, server: Server, listed: Seen, *, now: datetime) -> Session:
        earlier = await plays.go_on_with(listed.facts, server_id=server.id, now=now)
        session = Session(
            **listed.facts,
            id=earlier.id if earlier else uuid7(),
            server_id=server.id,
            session_key=listed.session_key,
            started_at=earlier.started_at if earlier else now,
            paused_seconds=0.0,
            state=listed.state.value,
            seen_at=now,
            moved_at=now,
        )
        if earlier:
            session.paused_seconds = earlier.paused_seconds + (now - earlier.stopped_at).total_seconds()
        return session

    def _end(self, session: Session, *, now: datetime) -> None:
        """When nobody has looked for a while it ended when it was seen last, as far as anybody knows."""
        rating_key, heard = self._heard.get(session.session_key, (None, 0))
        is_this = rating_key is not None and rating_key == str(session.rating_key)
        position = max(session.position_ms, heard) if is_this else session.position_ms
        if (now - session.seen_at).total_seconds() <= STALLED_SECONDS:
            _pass_time(session, now=now, position_ms=position)
            session.seen_at = now
        session.position_ms = position
        session.state = PlayState.STOPPED.value

    async def _record(self, plays: Plays, ended: Iterable[Session]) -> None:
        if self._app.settings.plex_history is HistoryMode.OFF:
            return
        zone = ZoneInfo(self._app.settings.timezone)
        for session in ended:
            played = played_seconds(session)
            if session.kind in _RECORDED and played >= SHORTEST_SECONDS:
                await plays.keep(
                    shared(session)
                    | household_time(session.started_at, zone)
                    | {
                        "stopped_at": session.seen_at,
                        "played_seconds": played,
                        "watched_percent": watched_percent(session),
                        "history_key": None,
                        "settled": False,
                    }
                )


def _matched(known: list[Session], seen: list[Seen]) -> tuple[list[tuple[Session, Seen]], list[Session]]:
    """Which known session each listed one is, and the known ones that are listed no more.

    First by key. But a server that was restarted counts from 1 again, so the rest is found by who plays what where.
    """
    left = {session.session_key: session for session in known}
    found: list[tuple[Session, Seen]] = []
    strangers: list[Seen] = []
    for listed in seen:
        session = left.get(listed.session_key)
        if session is not None and identity(shared(session)) == listed.identity:
            found.append((left.pop(listed.session_key), listed))
        else:
            strangers.append(listed)
    for listed in strangers:
        match = next((key for key, s in left.items() if identity(shared(s)) == listed.identity), None)
        if match is not None:
            found.append((left.pop(match), listed))
    return found, list(left.values())


def _advance(session: Session, listed: Seen, *, now: datetime) -> bool:
    """Returns whether anybody would see a difference beyond that time passes."""
    before = (session.state, session.decision, session.quality, session.player, session.title)
    moved = session.position_ms != listed.facts["position_ms"] or session.state != listed.state.value
    _pass_time(session, now=now, position_ms=listed.facts["position_ms"])
    peak = max(session.bandwidth_kbps or 0, listed.facts["bandwidth_kbps"] or 0) or None
    for name, value in listed.facts.items():
        setattr(session, name, value)
    session.bandwidth_kbps = peak
    session.state = listed.state.value
    session.seen_at = now
    if moved:
        session.moved_at = now
    return before != (session.state, session.decision, session.quality, session.player, session.title)


def _pass_time(session: Session, *, now: datetime, position_ms: int) -> None:
    """What passed since the last look counts as it was then; what passed unseen, only as far as the player moved on."""
    passed = max((now - session.seen_at).total_seconds(), 0.0)
    if session.state == PlayState.PAUSED.value:
        session.paused_seconds += passed
    elif session.kind == PlayKind.LIVE.value:
        return
    elif passed > STALLED_SECONDS:
        session.paused_seconds += max(passed - max(position_ms - session.position_ms, 0) / 1000, 0.0)
    elif (session.seen_at - session.moved_at).total_seconds() > STALLED_SECONDS:
        session.paused_seconds += passed


def played_seconds(session: Session) -> int:
    return max(round((session.seen_at - session.started_at).total_seconds() - session.paused_seconds), 0)


def watched_percent(session: Session) -> int | None:
    if not session.duration_ms:
        return None
    return min(round(100 * session.position_ms / session.duration_ms), 100)


def household_time(moment: datetime, zone: ZoneInfo) -> dict[str, Any]:
    there = moment.astimezone(zone)
    return {"day": there.date(), "hour": there.hour}
