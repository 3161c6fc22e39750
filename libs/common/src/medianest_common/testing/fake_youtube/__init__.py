"""A pretend YouTube that the real yt-dlp believes in: its own YoutubeIE and YoutubeTabIE, unpatched.

It is a proxy. Whoever is told of it by `youtube.proxy_url`, and to trust `youtube.ca_file`, reaches YouTube's hosts
there, and no other host: `youtube.refused_hosts` names those that somebody tried. For yt-dlp that is
`youtube.options()` and `youtube.environment()`; for the service `MEDIANEST_YOUTUBE_PROXY` and
`MEDIANEST_YOUTUBE_CA_FILE`.

    video = youtube.add(Video(id="aaaaaaaaaaa", title="A title", subtitles=["en"], segments=[Segment(1, 2)]))
    youtube.add(Playlist(id="PL" + "a" * 32, videos=numbered(2_000)))
    youtube.add(Channel(id="UC" + "c" * 22, handle="@somebody", videos=numbered(40)))

- Whatever has been added can still be changed: `video.title = …`, `channel.videos.insert(0, …)`,
  `youtube.remove(video)`.
- A video that nobody has added is `Video unavailable`, as it would be.
- A channel's uploads are also a playlist, `channel.uploads_id`. Feeds are at `/feeds/videos.xml`.
- `Video(failure=Failure.PRIVATE)` cannot be had; with `failures_left=2` it can at the third try. Age limits, members'
  videos and bot checks let somebody in who has `youtube.cookies`.
- `Video(formats=EVERY)` has 2160p, VP9, AV1 and more. What is said of a format is what ffprobe finds in it.
- `video.faults.rate = 50_000` sends it slowly; `drop_after`, `stall_after`, `status=403`, `no_range` do what they say,
  always or so many times. `youtube.pages` does such things to everything but media, e.g. `youtube.pages.status = 429`.
- `youtube.requests` and `youtube.media_requests(video)` tell what was asked for, and how much of it has been sent.
- Media are made by the real ffmpeg when first wanted, about 0.1 s a format, and kept for the session.
- `youtube.reset()` forgets all of it, ends what is still being sent, and is what the fixture does between tests.
"""

from medianest_common.testing.fake_youtube.catalogue import (
    FIXTURE_CHANNEL,
    Channel,
    Live,
    Playlist,
    Segment,
    Tab,
    Video,
    numbered,
)
from medianest_common.testing.fake_youtube.failures import Failure
from medianest_common.testing.fake_youtube.faults import MediaFaults, PageFaults
from medianest_common.testing.fake_youtube.formats import AUDIO_ONLY, EVERY, FORMATS, STANDARD
from medianest_common.testing.fake_youtube.recording import Request
from medianest_common.testing.fake_youtube.server import FakeYoutube, fake_youtube

__all__ = [
    "AUDIO_ONLY",
    "EVERY",
    "FIXTURE_CHANNEL",
    "FORMATS",
    "STANDARD",
    "Channel",
    "Failure",
    "FakeYoutube",
    "Live",
    "MediaFaults",
    "PageFaults",
    "Playlist",
    "Request",
    "Segment",
    "Tab",
    "Video",
    "fake_youtube",
    "numbered",
]
