"""What passes between the service and a process that runs yt-dlp: one order in, JSON lines out.

The process that writes the lines handles data of strangers, so the service checks each of them.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.downloads import ProgressStep
from medianest_youtube.sayings import classify

VideoId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{11}$")]
ListId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{2,100}$")]
Text = Annotated[str, Field(max_length=1_000)]
LongText = Annotated[str, Field(max_length=20_000)]
Count = Annotated[int, Field(ge=0)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]


class Task(StrEnum):
    VIDEO = "video"
    """What is known of a video, without downloading it."""
    LIST = "list"
    """What is in a playlist or channel."""
    DOWNLOAD = "download"


_TOLD_BEFORE = frozenset(
    [
        FailureCode.NO_SPACE,
        FailureCode.TOO_LARGE,
        FailureCode.RATE_LIMITED,
        FailureCode.BOT_CHECK,
        FailureCode.IP_BLOCKED,
        FailureCode.NETWORK,
    ]
)
"""What is taken from warnings where the error itself says nothing; much else is warned of and got over."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ProcessOrder(_Line):
    """`options` are yt-dlp's, made by `profiles` alone."""

    task: Task
    url: str
    options: dict[str, Any]
    cookies: str | None = Field(default=None, repr=False)
    """A Netscape cookie file, as text; it is never written to a disk."""
    start: int = 0
    """Of a list: so many entries are passed over."""
    count: int | None = None
    chunk: int = 50
    max_file_bytes: int | None = None
    max_memory_bytes: int | None = None


class VideoFound(_Line):
    line: Literal["video"] = "video"
    video_id: VideoId
    title: Text
    channel: Text | None = None
    channel_id: Annotated[str, Field(pattern=r"^UC[0-9A-Za-z_-]{22}$")] | None = None
    channel_url: Text | None = None
    description: LongText | None = None
    duration_seconds: float | None = None
    published_on: Day | None = None
    thumbnail_url: Text | None = None
    live_status: Text | None = None
    """yt-dlp's: not_live, is_upcoming, is_live, was_live, post_live."""
    release_timestamp: int | None = None
    heights: list[int] = []
    size_estimate: int | None = None
    """Bytes, in the options of the order."""
    cut_seconds: float = 0.0
    """What SponsorBlock is going to take out."""
    wants_video: bool = True
    wants_audio: bool = True
    """Whether the chosen formats have such a stream, and so the file must."""

    @property
    def is_live(self) -> bool:
        return self.live_status in ("is_live", "post_live")

    @property
    def is_upcoming(self) -> bool:
        return self.live_status == "is_upcoming"


class ListFound(_Line):
    line: Literal["list"] = "list"
    list_id: ListId
    """The UC id of a channel."""
    title: Text
    channel: Text | None = None
    channel_id: Text | None = None
    channel_url: Text | None = None
    description: LongText | None = None
    thumbnail_url: Text | None = None
    count: int | None = None


class Entry(_Line):
    video_id: VideoId
    title: Text
    duration_seconds: float | None = None
    channel: Text | None = None
    channel_id: Text | None = None
    thumbnail_url: Text | None = None
    live_status: Text | None = None
    published_at: int | None = None
    """Seconds since 1970, only a rough one for lists."""
    short: bool = False
    availability: Text | None = None
    """yt-dlp's, as far as a list shows it: subscriber_only, premium_only, needs_auth, unlisted, public."""


class EntriesFound(_Line):
    """`start` counts the entries of the list before these, from 0."""

    line: Literal["entries"] = "entries"
    start: Count
    entries: list[Entry] = Field(max_length=500)
    skipped: Count = 0
    """What had no usable id or title, such as videos that have been deleted."""
    private: Count = 0
    """So many of the skipped ones."""


class Transferred(_Line):
    """Bytes of all streams of the file together."""

    line: Literal["progress"] = "progress"
    downloaded_bytes: Count
    total_bytes: int | None = None
    bytes_per_second: float | None = None
    eta_seconds: int | None = None


class StepTaken(_Line):
    line: Literal["step"] = "step"
    step: ProgressStep


class Done(_Line):
    """`files` are names within the staging folder."""

    line: Literal["done"] = "done"
    media: Annotated[str, Field(max_length=255)] | None = None
    thumbnail: Annotated[str, Field(max_length=255)] | None = None
    subtitles: dict[str, Annotated[str, Field(max_length=255)]] = {}
    """By language."""
    duration_seconds: float | None = None
    """After cuts."""


class Failed(_Line):
    """`text` is yt-dlp's own and is for logs, not for people."""

    code: FailureCode
    text: Annotated[str, Field(max_length=4_000)] = ""
    release_timestamp: int | None = None


class Raised(_Line):
    """What yt-dlp has raised; `inner` is the name of the type that it has wrapped."""

    line: Literal["failed"] = "failed"
    text: Annotated[str, Field(max_length=4_000)]
    inner: Annotated[str, Field(max_length=200)] = ""
    context: Annotated[str, Field(max_length=8_000)] = ""
    """What was said before: warnings, and what ffmpeg wrote."""
    has_js_runtime: bool = True
    no_formats: bool = False
    live_status: Text | None = None
    release_timestamp: int | None = None

    def judged(self) -> Failed:
        return Failed(code=self._code(), text=self.text, release_timestamp=self.release_timestamp)

    def _code(self) -> FailureCode:
        if self.live_status == "is_upcoming":
            return FailureCode.UPCOMING
        if self.live_status in ("is_live", "post_live"):
            return FailureCode.LIVE_NOW
        code = classify(self.text, self.inner)
        if code is FailureCode.UNKNOWN and self.no_formats:
            code = FailureCode.NO_FORMATS
        if code is FailureCode.NO_FORMATS and not self.has_js_runtime:
            return FailureCode.NO_JS_RUNTIME
        before = classify(self.context)
        if code is FailureCode.UNKNOWN and before in _TOLD_BEFORE:
            return before
        # ffmpeg's last words are the same whatever was wrong.
        if code is FailureCode.BROKEN_FILE and before in (FailureCode.NO_SPACE, FailureCode.TOO_LARGE):
            return before
        return code


Line = VideoFound | ListFound | EntriesFound | Transferred | StepTaken | Done | Failed

_Told = VideoFound | ListFound | EntriesFound | Transferred | StepTaken | Done | Raised

LINE: TypeAdapter[_Told] = TypeAdapter(Annotated[_Told, Field(discriminator="line")])
