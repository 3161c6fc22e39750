"""Who is watching what, and what was watched."""

from dataclasses import dataclass
from datetime import datetime
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
type Decision = Literal["directplay", "copy", "transcode"]

_PLAYER = {
    name: value
    for name, value in recorded_xml("pms/ha_session_base.xml")[0].find("Player").attrib.items()  # type: ignore[union-attr]
    if name != "userID"
}
_PARTS = ("Player", "Session", "User")
_FAMILY = {"parentKey", "parentTitle", "parentIndex", "grandparentKey", "grandparentTitle", "index"}


@dataclass(eq=False)
class _Playing:
    key: str
    account: FakeAccount
    item: Item
    state: PlayState
    offset: int
    decision: Decision
    player: str | None
    local: bool
    bandwidth: int


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

    def play(
        self,
        account: FakeAccount,
        rating_key: str,
        *,
        offset: int = 0,
        transcode: bool = False,
        remux: bool = False,
        player: str | None = None,
        local: bool = True,
        bandwidth: int = 7000,
    ) -> str:
        """Returns the session key. `offset` in milliseconds, `bandwidth` in kbit/s; `player` is another than usual."""
        item = self._library.item(rating_key)
        decision: Decision = "transcode" if transcode else "copy" if remux else "directplay"
        session = _Playing(
            str(next(self._keys)), account, item, "playing", offset, decision, player, local, bandwidth
        )
        self._playing[session.key] = session
        self._tell(session)
        return session.key

    def move(self, session_key: str, *, offset: int) -> None:
        """Time passes, and no event says so."""
        self._playing[session_key].offset = offset

    def lose(self, session_key: str) -> None:
        """It ends, and no event says so."""
        del self._playing[session_key]

    def restart(self) -> None:
        """Nothing is left of any session, and the next one has number 1 again."""
        self._playing.clear()
        self._keys = count(1)

    def watched(self, account: FakeAccount, rating_key: str, *, at: datetime) -> None:
        """An entry of the history, of whenever it was."""
        self._history.append(self._entry(account, self._library.item(rating_key), at))

    def show_recorded(self, name: str, account: FakeAccount) -> None:
        """Lists a session as a real server was seen to: a trailer before the film, something unknown."""
        video = recorded_xml(f"pms/{name}.xml")[0]
        document: Document = dict(video.attrib)
        document |= {part: dict(found.attrib) for part in _PARTS if (found := video.find(part)) is not None}
        document["User"] = {"id": str(self.account_id(account)), "title": account.title}
        self.others.append(document)

    def watch_live_television(self, account: FakeAccount, *, title: str, programme: str) -> None:
        """In no library, and without a rating key."""
        self.others.append(
            {
                "sessionKey": str(next(self._keys)),
                "key": "/livetv/sessions/a3d01c51",
                "guid": "tv.plex.xmltv://channel/programme",
                "live": "1",
                "type": "episode",
                "title": programme,
                "grandparentTitle": title,
                "duration": 7_200_000,
                "User": {"id": str(self.account_id(account)), "title": account.title},
                "Player": _PLAYER | {"state": "playing"},
                "Session": {"id": "live", "bandwidth": 9000, "location": "lan"},
                "TranscodeSession": {
                    "videoDecision": "copy",
                    "audioDecision": "copy",
                    "progress": -1,
                    "size": -22,
                },
            }
        )

    def change(self, session_key: str, *, state: PlayState = "playing", offset: int | None = None) -> None:
        session = self._playing[session_key]
        session.state = state
        session.offset = session.offset if offset is None else offset
        self._tell(session)

    def stop(self, session_key: str) -> None:
        session = self._playing.pop(session_key)
        session.state = "stopped"
        self._tell(session)
        self._history.append(self._entry(session.account, session.item, self._clock.now()))

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
            | {
                "state": session.state,
                "local": session.local,
                "relayed": False,
                "secure": True,
                "userID": int(user),
            }
            | ({"title": session.player, "machineIdentifier": session.player} if session.player else {}),
            "Session": {
                "id": f"session{session.key}",
                "bandwidth": session.bandwidth,
                "location": "lan" if session.local else "wan",
            },
        }
        if "Media" in document:
            document["Media"] = [_decided(document["Media"][0], session.decision)]
        if session.decision != "directplay":
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
                "videoDecision": session.decision,
                "audioDecision": "copy",
                "protocol": "dash",
                "container": "mp4",
                "videoCodec": "h264",
                "audioCodec": "aac",
                "width": 1280,
                "height": 720,
            }
        return document

    def _entry(self, account: FakeAccount, item: Item, at: datetime) -> Document:
        rendered = metadata(item)
        family = {name: value for name, value in rendered.items() if name in _FAMILY}
        return family | {
            "historyKey": f"/status/sessions/history/{len(self._history) + 1}",
            "key": f"/library/metadata/{item.key}",
            "ratingKey": item.rating_key,
            "librarySectionID": str(item.section.key),
            "title": item.title,
            "type": item.type,
            "thumb": rendered.get("thumb", ""),
            "viewedAt": int(at.timestamp()),
            "accountID": self.account_id(account),
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


def _decided(media: Document, decision: Decision) -> Document:
    part: Document = media["Part"][0] | {"decision": decision, "selected": True}
    return media | {"Part": [part], "selected": True}
