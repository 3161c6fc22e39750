"""What people choose, as options of yt-dlp. They are made here and nowhere else; nobody hands any in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medianest_common.contracts.youtube.profiles import (
    MediaFormat,
    ProfileChoices,
    Quality,
    SponsorBlockAction,
    SubtitleKind,
    VideoCodec,
)
from medianest_common.errors import FieldError, Invalid

_WEBM = "bv*[vcodec~='^(vp0?8|vp0?9|av01)']+ba[acodec=opus]/b[ext=webm]"
_NO_THUMBNAIL_INSIDE = frozenset([MediaFormat.WEBM])
_HEIGHTS = {
    Quality.UHD_2160P: 2160,
    Quality.QHD_1440P: 1440,
    Quality.HD_1080P: 1080,
    Quality.HD_720P: 720,
    Quality.SD_480P: 480,
    Quality.SD_360P: 360,
}
SPONSOR_BLOCK_API = "https://sponsor.ajay.app"


class ImpossibleProfile(Invalid):
    """The choices contradict each other; `errors` says which, and `detail` what would work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What this machine has. None: looked for on the PATH."""

    proxy: str | None = None
    ffmpeg: Path | None = None
    deno: Path | None = None
    cache: Path | None = None
    own_certificates: bool = False
    """Trust what SSL_CERT_FILE names instead of the list that comes with Python."""


def check(choices: ProfileChoices) -> None:
    errors = list(_contradictions(choices))
    if errors:
        raise ImpossibleProfile(errors[0].message, errors=errors)


def adapted(
    choices: ProfileChoices, *, quality: Quality | None = None, format: MediaFormat | None = None
) -> ProfileChoices:
    """With another quality or container for once; what does not go together with it gives way."""
    changed: dict[str, Any] = {}
    if quality is not None:
        changed["quality"] = quality
    if format is not None:
        changed["format"] = format
        if format is MediaFormat.WEBM and choices.codec is VideoCodec.H264:
            changed["codec"] = VideoCodec.ANY
        if format in _NO_THUMBNAIL_INSIDE:
            changed["embed_thumbnail"] = False
        if format.is_audio and choices.subtitles:
            changed["subtitle_kind"] = SubtitleKind.FILES
    return choices.model_copy(update=changed)


def looking_options(surroundings: Surroundings) -> dict[str, Any]:
    """For everything that downloads no media. All that keeps yt-dlp within bounds is here."""
    runtime = {"path": str(surroundings.deno)} if surroundings.deno else {}
    options: dict[str, Any] = {
        "quiet": True,
        "noprogress": True,
        "color": "never",
        "allowed_extractors": [r"youtube(:(tab|playlist))?"],
        "noplaylist": True,
        "ignoreerrors": False,
        "retries": 10,
        "fragment_retries": 10,
        "extractor_retries": 3,
        "file_access_retries": 3,
        "socket_timeout": 20,
        "proxy": surroundings.proxy or "",
        "cachedir": str(surroundings.cache) if surroundings.cache else False,
        "js_runtimes": {"deno": runtime},
        "remote_components": [],
        "enable_file_urls": False,
        "allow_unplayable_formats": False,
        "usenetrc": False,
        "cookiesfrombrowser": None,
        "external_downloader": None,
        "warn_when_outdated": False,
    }
    if surroundings.ffmpeg:
        options["ffmpeg_location"] = str(surroundings.ffmpeg)
    if surroundings.own_certificates:
        options["compat_opts"] = ["no-certifi"]
    return options


def download_options(
    choices: ProfileChoices, surroundings: Surroundings, *, staging: Path, max_bytes: int | None = None
) -> dict[str, Any]:
    """Everything lands in `staging` under the id of the video; the name for people is given afterwards."""
    check(choices)
    return {
        **looking_options(surroundings),
        **selection_options(choices),
        "paths": {"home": str(staging)},
        "outtmpl": {"default": "%(id)s.%(ext)s"},
        "continuedl": True,
        "nopart": False,
        "overwrites": None,
        "updatetime": False,
        "concurrent_fragment_downloads": 1,
        "hls_prefer_native": True,
        "live_from_start": False,
        "max_filesize": max_bytes,
        "writeinfojson": False,
        "writethumbnail": True,
        "writesubtitles": bool(choices.subtitles),
        "writeautomaticsub": bool(choices.subtitles) and choices.automatic_subtitles,
        "subtitleslangs": [*choices.subtitles],
        "postprocessors": _postprocessors(choices),
    }


def selection_options(choices: ProfileChoices) -> dict[str, Any]:
    """Which streams, by preference: the resolution first, then the codec."""
    if choices.format.is_audio:
        codec = {MediaFormat.M4A: "aac", MediaFormat.MP3: "mp3", MediaFormat.OPUS: "opus"}[choices.format]
        return {"format": "ba/b", "format_sort": [f"acodec:{codec}"]}
    height = _HEIGHTS.get(choices.quality)
    # `res` is the shorter side, so that an upright 1080 x 1920 counts as 1080p.
    sort = [f"res:{height}" if height else "res", "fps"]
    if choices.codec is not VideoCodec.ANY:
        sort.append("vcodec:" + {"av1": "av01"}.get(choices.codec, choices.codec))
    if choices.format is MediaFormat.MP4:
        sort.append("acodec:aac")
    selector = _WEBM if choices.format is MediaFormat.WEBM else "bv*+ba/b"
    return {"format": selector, "format_sort": sort, "merge_output_format": str(choices.format)}


def _postprocessors(choices: ProfileChoices) -> list[dict[str, Any]]:
    """In yt-dlp's own order: subtitles are inside before anything is cut, the cover comes last."""
    steps: list[dict[str, Any]] = []
    if choices.sponsor_block is not SponsorBlockAction.NONE:
        steps.append(
            {
                "key": "SponsorBlock",
                "categories": [str(category) for category in choices.sponsor_block_categories],
                "api": SPONSOR_BLOCK_API,
                "when": "after_filter",
            }
        )
    if choices.subtitles:
        steps.append({"key": "FFmpegSubtitlesConvertor", "format": "srt", "when": "before_dl"})
    steps.append({"key": "FFmpegThumbnailsConvertor", "format": "jpg", "when": "before_dl"})
    if choices.format.is_audio:
        steps.append(
            {"key": "FFmpegExtractAudio", "preferredcodec": str(choices.format), "preferredquality": "0"}
        )
    else:
        steps.append({"key": "FFmpegVideoRemuxer", "preferedformat": str(choices.format)})
    if choices.subtitles and choices.subtitle_kind is SubtitleKind.EMBEDDED:
        steps.append({"key": "FFmpegEmbedSubtitle", "already_have_subtitle": False})
    if choices.sponsor_block is not SponsorBlockAction.NONE:
        cut = choices.sponsor_block is SponsorBlockAction.CUT
        removed = [str(category) for category in choices.sponsor_block_categories] if cut else []
        steps.append({"key": "ModifyChapters", "remove_sponsor_segments": removed, "force_keyframes": False})
    steps.append({"key": "FFmpegMetadata", "add_chapters": True, "add_metadata": True, "add_infojson": False})
    if choices.embed_thumbnail:
        steps.append({"key": "EmbedThumbnail", "already_have_thumbnail": True})
    return steps


def _contradictions(choices: ProfileChoices) -> list[FieldError]:
    errors = []
    if choices.format is MediaFormat.WEBM and choices.codec is VideoCodec.H264:
        errors.append(
            FieldError("codec", "A webm file cannot hold h264. Choose vp9, av1 or any codec, or mp4 or mkv.")
        )
    if choices.embed_thumbnail and choices.format in _NO_THUMBNAIL_INSIDE:
        errors.append(
            FieldError("embedThumbnail", "A webm file cannot hold a cover. Choose mp4 or mkv, or no cover.")
        )
    if choices.subtitles and choices.format.is_audio and choices.subtitle_kind is SubtitleKind.EMBEDDED:
        errors.append(
            FieldError("subtitleKind", "A sound file cannot hold subtitles. Choose files, or no subtitles.")
        )
    if choices.automatic_subtitles and not choices.subtitles:
        errors.append(FieldError("subtitles", "Name the languages of the automatic subtitles, such as en."))
    if choices.sponsor_block is not SponsorBlockAction.NONE and not choices.sponsor_block_categories:
        errors.append(FieldError("sponsorBlockCategories", "Name what is to be marked or cut out."))
    return errors
