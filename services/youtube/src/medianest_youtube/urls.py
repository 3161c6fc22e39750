"""What people paste, down to one id. No text of theirs goes any further: addresses are made anew from the id."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from medianest_common.contracts.youtube import LinkKind
from medianest_common.errors import Invalid

_HOSTS = frozenset(["youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"])
_EMBED_HOSTS = frozenset(["youtube-nocookie.com", "www.youtube-nocookie.com"])
_SHORT_HOSTS = frozenset(["youtu.be", "www.youtu.be"])
_ALL_HOSTS = _HOSTS | _EMBED_HOSTS | _SHORT_HOSTS

_VIDEO_ID = re.compile(r"[0-9A-Za-z_-]{11}", re.ASCII)
_CHANNEL_ID = re.compile(r"UC[0-9A-Za-z_-]{22}", re.ASCII)
_LIST_ID = re.compile(r"(?:PL|UU|OLAK5uy_|EC|FP)[0-9A-Za-z_-]{8,80}", re.ASCII)
_PERSONAL_LIST = re.compile(r"(?:RD[0-9A-Za-z_-]*|WL|LL|LM|HL|FL[0-9A-Za-z_-]*|UL[0-9A-Za-z_-]*)", re.ASCII)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_VIDEO_PATHS = frozenset(["shorts", "live", "embed", "v", "e"])
_TABS = frozenset(["", "featured", "videos", "shorts", "streams", "live", "playlists", "about", "community"])
_HANDLE_PUNCTUATION = frozenset("._-·")
_LONGEST = 2_000

_ORIGIN = "https://www.youtube.com"


class UnsupportedUrl(Invalid):
    """The link leads to nothing that can be downloaded here. `detail` says what would."""


class ChannelKind(StrEnum):
    ID = "id"
    HANDLE = "handle"
    CUSTOM = "custom"
    USER = "user"


@dataclass(frozen=True, slots=True)
class VideoLink:
    video_id: str

    @property
    def kind(self) -> LinkKind:
        return LinkKind.VIDEO

    @property
    def url(self) -> str:
        return f"{_ORIGIN}/watch?v={self.video_id}"


@dataclass(frozen=True, slots=True)
class PlaylistLink:
    list_id: str

    @property
    def kind(self) -> LinkKind:
        return LinkKind.PLAYLIST

    @property
    def url(self) -> str:
        return f"{_ORIGIN}/playlist?list={self.list_id}"


@dataclass(frozen=True, slots=True)
class ChannelLink:
    """`value` is the UC id for `ID`, else a name that may come to mean another channel one day."""

    channel: ChannelKind
    value: str

    @property
    def kind(self) -> LinkKind:
        return LinkKind.CHANNEL

    @property
    def url(self) -> str:
        name = quote(self.value, safe="")
        match self.channel:
            case ChannelKind.ID:
                return f"{_ORIGIN}/channel/{name}"
            case ChannelKind.HANDLE:
                return f"{_ORIGIN}/@{name}"
            case ChannelKind.CUSTOM:
                return f"{_ORIGIN}/c/{name}"
            case ChannelKind.USER:
                return f"{_ORIGIN}/user/{name}"


@dataclass(frozen=True, slots=True)
class VideoInList:
    """The link may mean either, so the person is asked."""

    video: VideoLink
    playlist: PlaylistLink

    @property
    def kind(self) -> LinkKind:
        return LinkKind.VIDEO

    @property
    def url(self) -> str:
        return f"{_ORIGIN}/watch?v={self.video.video_id}&list={self.playlist.list_id}"


SingleLink = VideoLink | PlaylistLink | ChannelLink
Link = SingleLink | VideoInList


def parse_link(text: str) -> Link:
    """Raises `UnsupportedUrl`."""
    text = text.strip()
    if not text or len(text) > _LONGEST or any(_is_broken(character) for character in text):
        raise _unsupported()
    if _VIDEO_ID.fullmatch(text):
        return VideoLink(text)
    if text.startswith("@"):
        return _handle(text.split("/")[0].split("?")[0])
    address = _split(text)
    host = (address.hostname or "").lower()
    segments = [unquote(segment) for segment in address.path.split("/") if segment]
    if any(not _is_plain(segment) for segment in segments):
        raise _unsupported()
    if host in _SHORT_HOSTS:
        return _with_list(_first(segments), address)
    return _of_path(segments, address, embed_only=host in _EMBED_HOSTS)


def _of_path(segments: list[str], address: SplitResult, *, embed_only: bool) -> Link:
    first = _first(segments)
    rest = segments[1:]
    if first == "clip":
        raise UnsupportedUrl("Clips are not downloaded. Open the clip's video and use the link of the video.")
    if first == "embed" and _first(rest) == "videoseries":
        return _playlist(_parameter(address, "list"))
    if first in _VIDEO_PATHS and rest:
        return _with_list(rest[0], address)
    if embed_only:
        raise _unsupported()
    if first == "watch":
        return _with_list(_first(rest) or _parameter(address, "v"), address)
    if first == "playlist" and not rest:
        return _playlist(_parameter(address, "list"))
    return _of_channel(first, rest)


def _of_channel(first: str, rest: list[str]) -> ChannelLink:
    if first.startswith("@"):
        _check_tab(rest)
        return _handle(first)
    name, tab = _first(rest), rest[1:]
    _check_tab(tab)
    if first == "channel" and _CHANNEL_ID.fullmatch(name):
        return ChannelLink(ChannelKind.ID, name)
    if first in ("c", "user") and _is_name(name):
        return ChannelLink(ChannelKind.CUSTOM if first == "c" else ChannelKind.USER, name)
    raise _unsupported()


def _with_list(video_id: str, address: SplitResult) -> Link:
    """A personal or endless list beside a video is left out: the video is what can be had."""
    list_id = _parameter(address, "list")
    if not video_id and list_id:
        return _playlist(list_id)
    if not _VIDEO_ID.fullmatch(video_id):
        raise _unsupported()
    video = VideoLink(video_id)
    return VideoInList(video, PlaylistLink(list_id)) if _LIST_ID.fullmatch(list_id) else video


def _playlist(list_id: str) -> PlaylistLink:
    if _PERSONAL_LIST.fullmatch(list_id):
        raise UnsupportedUrl(
            "This list is personal or has no end (a mix, Watch later, Liked videos). "
            "Use the link of a public or unlisted playlist."
        )
    if not _LIST_ID.fullmatch(list_id):
        raise _unsupported()
    return PlaylistLink(list_id)


def _handle(text: str) -> ChannelLink:
    name = unquote(text).removeprefix("@")
    if not 3 <= len(name) <= 60 or not _is_name(name):
        raise _unsupported()
    return ChannelLink(ChannelKind.HANDLE, name)


def _check_tab(rest: list[str]) -> None:
    if len(rest) > 1 or _first(rest) not in _TABS:
        raise _unsupported()


def _split(text: str) -> SplitResult:
    if "\\" in text:
        raise _unsupported()
    try:
        address = urlsplit(text if _SCHEME.match(text) else f"https://{text}")
        port = address.port
    except ValueError:
        raise _unsupported() from None
    # The authority as written, so that nothing which another parser would read differently gets through.
    authority = address.netloc.lower()
    host = (address.hostname or "").lower()
    default_port = {"http": 80, "https": 443}.get(address.scheme.lower())
    if default_port is None or port not in (None, default_port) or host not in _ALL_HOSTS:
        raise _unsupported()
    if authority not in (host, f"{host}:{default_port}"):
        raise _unsupported()
    return address


def _parameter(address: SplitResult, name: str) -> str:
    """The only value of it. Two of them mean that somebody tries something."""
    try:
        values = parse_qs(address.query, max_num_fields=50).get(name, [""])
    except ValueError:
        raise _unsupported() from None
    if len(values) > 1:
        raise _unsupported()
    return values[0]


def _is_name(text: str) -> bool:
    """Letters and digits of any script: handles are international."""
    return 0 < len(text) <= 100 and all(
        character in _HANDLE_PUNCTUATION or unicodedata.category(character)[0] in "LMN" for character in text
    )


def _is_plain(segment: str) -> bool:
    return segment not in (".", "..") and "%" not in segment and "/" not in segment


def _is_broken(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")


def _first(parts: list[str]) -> str:
    return parts[0] if parts else ""


def _unsupported() -> UnsupportedUrl:
    return UnsupportedUrl(
        "This is no link to a YouTube video, playlist or channel. Supported are links such as "
        "https://www.youtube.com/watch?v=…, https://youtu.be/…, …/shorts/…, …/live/…, "
        "…/playlist?list=…, …/@channel and …/channel/UC…."
    )
