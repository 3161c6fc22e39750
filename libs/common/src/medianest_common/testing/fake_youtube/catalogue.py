"""What a test says is on YouTube: videos, channels and playlists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from medianest_common.testing.fake_youtube.failures import Failure
from medianest_common.testing.fake_youtube.faults import MediaFaults
from medianest_common.testing.fake_youtube.formats import STANDARD

PUBLISHED = datetime(2024, 3, 5, 17, 0, tzinfo=UTC)


class Live(StrEnum):
    UPCOMING = "is_upcoming"
    NOW = "is_live"
    ENDING = "post_live"
    OVER = "was_live"


class Tab(StrEnum):
    """Where a channel shows a video."""

    VIDEOS = "videos"
    SHORTS = "shorts"
    STREAMS = "streams"


@dataclass(frozen=True)
class Segment:
    """What SponsorBlock knows of a video; times in seconds."""

    start: float
    end: float
    category: str = "sponsor"


@dataclass(eq=False)
class Channel:
    id: str = "UC" + "A" * 22
    name: str = "Fixture Channel"
    handle: str = "@fixture"
    description: str = "About the fixture channel"
    pictures: bool = True
    """Whether it has an avatar and a banner."""
    png_pictures: bool = False
    """They were uploaded as PNG."""
    videos: list["Video"] = field(default_factory=list)
    """Newest first, as its page shows them."""

    @property
    def uploads_id(self) -> str:
        return f"UU{self.id[2:]}"


FIXTURE_CHANNEL = Channel()
"""Of videos that a test does not say it of. Everybody's, so not to be changed."""


@dataclass(eq=False)
class Video:
    id: str
    """11 characters."""
    title: str = "Fixture video"
    channel: Channel = FIXTURE_CHANNEL
    published: datetime = PUBLISHED
    seconds: int = 4
    """How long it is; the media really are."""
    description: str = "A video for tests"
    tags: Sequence[str] = ("tests", "fixtures")
    category: str = "Education"
    views: int = 7
    unlisted: bool = False
    tab: Tab = Tab.VIDEOS
    formats: Sequence[int] = STANDARD
    """Itags, of those in `formats.FORMATS`."""
    subtitles: Sequence[str] = ()
    """Languages of the subtitles that people wrote."""
    automatic_subtitles: Sequence[str] = ()
    """Languages of those that YouTube made."""
    segments: Sequence[Segment] = ()
    thumbnail: bool = True
    thumbnail_type: str | None = None
    """What it is said to be, instead of what it is."""
    thumbnail_padding: int = 0
    """Bytes by which it is larger than it need be."""
    live: Live | None = None
    starts_at: datetime | None = None
    """When a premiere or a live stream begins, or began."""
    failure: Failure | None = None
    failures_left: int | None = None
    """So many more times that its page is opened it fails, then it works; without it, for ever."""
    failing: bool = True
    needs_javascript: bool = False
    """Every address of its media holds a challenge that has to be solved by running the player's script."""
    faults: MediaFaults = field(default_factory=MediaFaults)
    """How its media misbehave; may be changed at any time."""

    @property
    def url(self) -> str:
        return f"https://www.youtube.com/watch?v={self.id}"


@dataclass(eq=False)
class Playlist:
    id: str
    title: str = "Fixture playlist"
    channel: Channel = FIXTURE_CHANNEL
    description: str = "A list for tests"
    videos: list[Video] = field(default_factory=list)
    refusal: str | None = None
    """What YouTube says instead of showing it: `The playlist does not exist.`, `This playlist is private.`"""
    refused_to_all: bool = True
    """Also to somebody who is signed in, with `youtube.cookies`."""

    @property
    def url(self) -> str:
        return f"https://www.youtube.com/playlist?list={self.id}"


@dataclass
class Catalogue:
    """Everything that is there. Whatever is added brings along what it holds, now or later."""

    videos: dict[str, Video] = field(default_factory=dict)
    playlists: dict[str, Playlist] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)

    def add[T: (Video, Playlist, Channel)](self, thing: T) -> T:
        match thing:
            case Video():
                self.videos[thing.id] = thing
                self.channels.setdefault(thing.channel.id, thing.channel)
            case Playlist():
                self.playlists[thing.id] = thing
                self.channels.setdefault(thing.channel.id, thing.channel)
            case Channel():
                self.channels[thing.id] = thing
                for video in thing.videos:
                    video.channel = thing
        return thing

    def video(self, video_id: str) -> Video | None:
        return self.videos.get(video_id) or next(
            (video for video in self._listed() if video.id == video_id), None
        )

    def every_video(self) -> Iterator[Video]:
        yield from self.videos.values()
        yield from self._listed()

    def remove(self, video: Video) -> None:
        self.videos.pop(video.id, None)
        for videos in self._lists():
            if video in videos:
                videos.remove(video)

    def playlist(self, list_id: str) -> Playlist | None:
        """The uploads of a channel are a list too."""
        if found := self.playlists.get(list_id):
            return found
        for channel in self.channels.values():
            if channel.uploads_id == list_id:
                return Playlist(
                    list_id, title=f"Uploads from {channel.name}", channel=channel, videos=channel.videos
                )
        return None

    def channel(self, name: str) -> Channel | None:
        """By id, or by handle in whichever case."""
        if found := self.channels.get(name):
            return found
        wanted = name.lower().lstrip("@")
        return next((c for c in self.channels.values() if c.handle.lower().lstrip("@") == wanted), None)

    def _listed(self) -> Iterator[Video]:
        for videos in self._lists():
            yield from videos

    def _lists(self) -> Iterator[list[Video]]:
        for playlist in self.playlists.values():
            yield playlist.videos
        for channel in self.channels.values():
            yield channel.videos


def numbered(count: int, *, channel: Channel = FIXTURE_CHANNEL, prefix: str = "video") -> list[Video]:
    """So many videos with ids and titles that are told apart: `video000001`, `Episode 1`."""
    return [
        Video(id=f"{prefix}{number:0{11 - len(prefix)}d}", title=f"Episode {number}", channel=channel)
        for number in range(1, count + 1)
    ]
