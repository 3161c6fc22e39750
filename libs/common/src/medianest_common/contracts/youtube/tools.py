"""What downloads are made with: yt-dlp, which ages within weeks, and the programs beside it."""

import re
from enum import StrEnum

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Job, Query, Timestamp
from medianest_common.contracts.plex.arriving import FolderState

YTDLP_VERSION = r"^[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}(\.[0-9]{1,6})?$"
"""A day, and a number where there is more than one of a day."""


def is_version(text: str) -> bool:
    return re.fullmatch(YTDLP_VERSION, text) is not None


class ProgramState(StrEnum):
    PRESENT = "present"
    OUTDATED = "outdated"
    MISSING = "missing"


class ProgramReport(Contract):
    state: ProgramState
    version: str | None
    advice: str | None
    """What to do about it, where it is not present."""


class YtDlpReport(Contract):
    version: str
    age_days: int
    outdated: bool
    """YouTube changes often, so that an old one is the first thing to suspect where downloads fail."""
    bundled: bool
    """It is the one that this release came with."""


class UpdateState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """The yt-dlp that was in use still is."""


class LastUpdate(Contract):
    state: UpdateState
    version: str | None
    """The one that was asked for; once done, the one that was installed. None: the newest."""
    at: Timestamp
    message: str | None = None


class ToolsReport(Contract):
    yt_dlp: YtDlpReport
    runtime: ProgramReport
    """Runs YouTube's JavaScript, without which most videos cannot be had."""
    ffmpeg: ProgramReport
    ffprobe: ProgramReport
    last_update: LastUpdate | None


class UpdateYtDlpBody(Body):
    version: str | None = Field(default=None, pattern=YTDLP_VERSION)
    """Such as 2026.10.26; without it, the newest."""


class GetTools(Query[ToolsReport]):
    pass


class FolderReport(Contract):
    """Where downloads are kept, and whether Plex has that folder in a library."""

    path: str
    path_in_plex: str
    """The same folder as the media server sees it."""
    free_bytes: int | None
    """None: the disk does not answer."""
    state: FolderState
    library_title: str | None = None


class GetFolder(Query[FolderReport]):
    pass


class UpdateYtDlp(Command[ToolsReport]):
    """Begins it; what has become of it is in `last_update`."""

    version: str | None = Field(default=None, pattern=YTDLP_VERSION)


class InstallYtDlp(Job):
    version: str | None = None
