"""How something is downloaded."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Nothing, Query, Timestamp


class Quality(StrEnum):
    """The most that is taken; what a video does not have in it is taken as good as there is."""

    BEST = "best"
    UHD_2160P = "2160p"
    QHD_1440P = "1440p"
    HD_1080P = "1080p"
    HD_720P = "720p"
    SD_480P = "480p"
    SD_360P = "360p"


class VideoCodec(StrEnum):
    """What is preferred among what there is in the quality; nothing is encoded anew."""

    ANY = "any"
    H264 = "h264"
    VP9 = "vp9"
    AV1 = "av1"


class MediaFormat(StrEnum):
    """The container; the last three are sound alone."""

    MP4 = "mp4"
    MKV = "mkv"
    WEBM = "webm"
    M4A = "m4a"
    MP3 = "mp3"
    OPUS = "opus"

    @property
    def is_audio(self) -> bool:
        return self in (MediaFormat.M4A, MediaFormat.MP3, MediaFormat.OPUS)


class SubtitleKind(StrEnum):
    EMBEDDED = "embedded"
    FILES = "files"
    """As .srt beside the video."""


class SponsorBlockAction(StrEnum):
    NONE = "none"
    MARK = "mark"
    """As chapters."""
    CUT = "cut"


class SponsorBlockCategory(StrEnum):
    SPONSOR = "sponsor"
    SELF_PROMOTION = "selfpromo"
    INTERACTION = "interaction"
    INTRO = "intro"
    OUTRO = "outro"
    PREVIEW = "preview"
    FILLER = "filler"
    MUSIC_OFF_TOPIC = "music_offtopic"


class Layout(StrEnum):
    """Where files lie, so that Plex understands them."""

    SHOW = "show"
    """A channel is a show, a year a season: for libraries of shows."""
    PLAYLIST_SHOW = "playlist_show"
    """A playlist is a show, its order of first sight the episodes; a video of no playlist lies as in `show`."""
    VIDEO = "video"
    """Each in a folder of its own: for libraries of films or other videos."""


Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]


class ProfileChoices(Contract):
    quality: Quality = Quality.HD_1080P
    codec: VideoCodec = VideoCodec.H264
    format: MediaFormat = MediaFormat.MP4
    subtitles: list[Language] = Field(default=[], max_length=20)
    subtitle_kind: SubtitleKind = SubtitleKind.EMBEDDED
    automatic_subtitles: bool = False
    """Also those a machine has written."""
    sponsor_block: SponsorBlockAction = SponsorBlockAction.NONE
    sponsor_block_categories: list[SponsorBlockCategory] = Field(
        default=[SponsorBlockCategory.SPONSOR, SponsorBlockCategory.SELF_PROMOTION], max_length=8
    )
    embed_thumbnail: bool = True
    nfo: bool = False
    """Also what Jellyfin, Emby and Kodi read; Plex does not."""
    layout: Layout = Layout.SHOW
    naming: str | None = Field(default=None, max_length=300)
    """A template for the name of the file instead of the layout's own."""
    library_key: str | None = Field(default=None, max_length=40)
    """The Plex library it lies in; None: the one whose folder holds the download folder."""


class Profile(ProfileChoices):
    id: UUID
    name: str
    is_default: bool
    downloads: int
    """How many videos are there in it."""
    updated_at: Timestamp


class ProfileList(Contract):
    items: list[Profile]


class ProfileBody(Body):
    name: str = Field(min_length=1, max_length=60)
    is_default: bool = False
    quality: Quality = Field(default=Quality.HD_1080P, strict=False)
    codec: VideoCodec = Field(default=VideoCodec.H264, strict=False)
    format: MediaFormat = Field(default=MediaFormat.MP4, strict=False)
    subtitles: list[Language] = Field(default=[], max_length=20)
    subtitle_kind: SubtitleKind = Field(default=SubtitleKind.EMBEDDED, strict=False)
    automatic_subtitles: bool = False
    sponsor_block: SponsorBlockAction = Field(default=SponsorBlockAction.NONE, strict=False)
    sponsor_block_categories: list[Annotated[SponsorBlockCategory, Field(strict=False)]] = Field(
        default=[SponsorBlockCategory.SPONSOR, SponsorBlockCategory.SELF_PROMOTION], max_length=8
    )
    embed_thumbnail: bool = True
    nfo: bool = False
    layout: Layout = Field(default=Layout.SHOW, strict=False)
    naming: str | None = Field(default=None, max_length=300)
    library_key: str | None = Field(default=None, max_length=40)


class ListProfiles(Query[ProfileList]):
    pass


class CreateProfile(Command[Profile]):
    profile: ProfileBody


class ChangeProfile(Command[Profile]):
    """Holds for what is downloaded from now on."""

    id: UUID
    profile: ProfileBody


class DeleteProfile(Command[Nothing]):
    """Files stay. Refused for the default one and while a subscription uses it."""

    id: UUID
