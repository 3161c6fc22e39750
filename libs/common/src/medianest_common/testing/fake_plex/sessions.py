"""Who is watching what, and what was watched."""

from dataclasses import dataclass
from itertools import count
from typing import Literal

from medianest_common.clock import Clock

from .accounts import FakeAccount
from .events import EventStream
from .items import Item
from .library import FakeLibrary
from .recorded import Document, recorded_xml
from .rendering import metadata

type PlayState = Literal["playing", "paused", "buffering", "stopped"]

_PLAYER = {
    name: value
    for name, value in recorded_xml("pms/ha_session_base.xml")[0].find("Player").attrib.items()  # type: ignore[union-attr]
    if name != "userID"
}


@dataclass(eq=False)
class _Playing:
    key: str
    account: FakeAccount
    item: Item
    state: PlayState
    offset: int
    transcode: bool


class Sessions:
    """Session keys count up from 1, as after a restart of the server."""

    def __init__(
        self, *, clock: Clock, events: EventStream, library: FakeLibrary, owner: FakeAccount
    ) -> None:
        self._clock = clock
        self._events = events
        self._library = library
        self._owner = owner
        self._keys = count(1)
        self._playing: dict[str, _Playing] = {}
        self._history: list[Document] = []
        self.others: list[Document] = []
        """Sessions to list as they are: live television, trailers before a film, unknown kinds."""

    def play(self, account: FakeAccount, rating_key: str, *, offset: int = 0, transcode: bool = False) -> str:
        """Returns the session key. `offset` in milliseconds."""
        item = self._library.item(rating_key)
        session = _Playing(str(next(self._keys)), account, item, "playing", offset, transcode)
        self._playing[session.key] = session
        self._tell(session)
        return session.key

    def change(self, session_key: str, *, state: PlayState = "playing", offset: int | None = None) -> None:
        session = self._playing[session_key]
        session.state = state
        session.offset = session.offset if offset is None else offset
        self._tell(session)

    def stop(self, session_key: str) -> None:
        session = self._playing.pop(session_key)
        session.state = "stopped"
        self._tell(session)
        self._history.append(self._watched(session))

    def described(self) -> list[Document]:
        return [self._described(session) for session in self._playing.values()] + self.others

    @property
    def history(self) -> list[Document]:
        return self._history

    def account_id(self, account: FakeAccount) -> int:
        """1 for the owner, whatever plex.tv calls him."""
        return 1 if account is self._owner else account.id

    def _described(self, session: _Playing) -> Document:
        user = str(self.account_id(session.account))
        document = metadata(session.item, detail=True) | {
            "sessionKey": session.key,
            "viewOffset": session.offset,
            "User": {"id": user, "thumb": session.account.thumb, "title": session.account.title},
            "Player": _PLAYER
            | {"state": session.state, "local": True, "relayed": False, "secure": True, "userID": int(user)},
            "Session": {"id": f"session{session.key}", "bandwidth": 7000, "location": "lan"},
        }
        if session.transcode:
            document["TranscodeSession"] = {
                "key": f"/transcode/sessions/session{session.key}",
                "throttled": False,
                "complete": False,
                "progress": 12.5,
                "size": -22,
                "speed": 4.2,
                "error": False,
                "duration": document.get("duration", 0),
                "context": "streaming",
                "videoDecision": "transcode",
                "audioDecision": "copy",
                "protocol": "dash",
                "container": "mp4",
                "videoCodec": "h264",
                "audioCodec": "aac",
                "width": 1280,
                "height": 720,
            }
        return document

    def _watched(self, session: _Playing) -> Document:
        rendered = metadata(session.item)
        return {
            "historyKey": f"/status/sessions/history/{len(self._history) + 1}",
            "key": f"/library/metadata/{session.item.key}",
            "ratingKey": session.item.rating_key,
            "librarySectionID": str(session.item.section.key),
            "title": session.item.title,
            "type": session.item.type,
            "thumb": rendered.get("thumb", ""),
            "viewedAt": int(self._clock.now().timestamp()),
            "accountID": self.account_id(session.account),
            "deviceID": 1,
        }

    def _tell(self, session: _Playing) -> None:
        self._events.send(
            "playing",
            {
                "sessionKey": session.key,
                "guid": "",
                "ratingKey": session.item.rating_key,
                "url": "",
                "key": f"/library/metadata/{session.item.key}",
                "viewOffset": session.offset,
                "playQueueItemID": 1,
                "state": session.state,
            },
        )
