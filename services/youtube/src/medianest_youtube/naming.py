"""Where a file lies and what it is called: safe on every system, and so that Plex understands it.

Everything is relative to the download folder. Numbers of episodes are given in; who gives them never changes them.
"""

import re
import string
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from medianest_common.contracts.youtube.profiles import Layout
from medianest_common.errors import Conflict, Invalid

LONGEST_NAME = 255 - 32
"""Bytes of a name without its ending; the rest is room for endings, ours and yt-dlp's."""

_LOOK_ALIKES = str.maketrans(
    {
        "/": "⧸", "\\": "⧹", ":": "：", "*": "＊", "?": "？", '"': "＂", "<": "＜", ">": "＞", "|": "｜",
    }
)  # fmt: skip
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_EPISODE_LIKE = re.compile(r"(?i)\b(s\d{1,4})[ ._-]?(e\d{1,6})")
_CROSS_LIKE = re.compile(r"(?i)\b(\d{1,2})x(\d{2,3})\b")
_DATE_LIKE = re.compile(r"\b(\d{4})[-._](\d{2})[-._](\d{2})\b")

_FIELDS = frozenset(
    ["title", "channel", "id", "season", "episode", "year", "month", "day", "date", "playlist"]
)


class InvalidTemplate(Invalid):
    """`detail` says what is wrong with the template for names."""


class OutsideOfFolder(Conflict):
    """A name would lead out of the download folder, for instance through a symbolic link in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistPlace:
    """`episode`: the order in which the videos of the playlist were first seen, from 1."""

    list_id: str
    title: str
    episode: int
    folder: str | None = None
    """The folder it has already, whatever it is called by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What has to be known of a video to name its files."""

    video_id: str
    title: str
    channel: str
    channel_id: str | None
    published_on: date
    episode: int = 1
    """Which of the channel's videos of that day, from 1."""
    playlist: PlaylistPlace | None = None
    show_folder: str | None = None
    """The folder the channel has already, whatever it is called by now."""
    distinction: str | None = None
    """Set where the household has the same video in another profile, such as its name."""


@dataclass(frozen=True, slots=True)
class Place:
    """`folder` is relative to the download folder; `show` is the folder of the whole show, if it is one."""

    folder: PurePosixPath
    stem: str
    show: PurePosixPath | None = None
    season: str | None = None

    def media(self, extension: str) -> PurePosixPath:
        return self.folder / f"{self.stem}.{extension}"

    @property
    def thumbnail(self) -> PurePosixPath:
        """The same name as the video's, since Plex sees no `-thumb`."""
        return self.media("jpg")

    def subtitle(self, language: str) -> PurePosixPath:
        return self.media(f"{language}.srt")

    @property
    def nfo(self) -> PurePosixPath:
        return self.media("nfo")

    @property
    def poster(self) -> PurePosixPath:
        return (self.show or self.folder) / "poster.jpg"

    @property
    def season_poster(self) -> PurePosixPath | None:
        return self.show / f"Season{self.season}.jpg" if self.show and self.season else None

    @property
    def show_nfo(self) -> PurePosixPath | None:
        return self.show / "tvshow.nfo" if self.show else None


def place(subject: Subject, *, layout: Layout, template: str | None = None) -> Place:
    if layout is Layout.VIDEO:
        name = _rendered(template or "{title}", _values(subject, layout), subject)
        return Place(PurePosixPath(_own_folder(subject)), name)
    playlist = subject.playlist if layout is Layout.PLAYLIST_SHOW else None
    values = _values(subject, layout)
    show = _show_folder(subject, playlist)
    show_field = "{playlist}" if playlist else "{channel}"
    name = _rendered(template or f"{show_field} - s{{season}}e{{episode}} - {{title}}", values, subject)
    season = values["season"]
    return Place(PurePosixPath(show) / f"Season {season}", name, PurePosixPath(show), season)


def check_template(template: str, *, layout: Layout) -> None:
    """Fields in braces and text; no folders. What Plex needs to see an episode has to be there."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        raise InvalidTemplate(
            "A brace is open or closed too much. Fields are written like {title}."
        ) from None
    fields = {field for _, field, _, _ in parts if field is not None}
    if any(spec or conversion for _, _, spec, conversion in parts) or not fields <= _FIELDS:
        raise InvalidTemplate(f"The fields are {', '.join('{' + name + '}' for name in sorted(_FIELDS))}.")
    if "/" in template or "\\" in template:
        raise InvalidTemplate("The template names the file; the folders come from the layout.")
    if "title" not in fields and "id" not in fields:
        raise InvalidTemplate("Without {title} or {id} the names would all be alike.")
    if layout is not Layout.VIDEO and "s{season}e{episode}" not in template.lower():
        raise InvalidTemplate("Plex finds an episode only by s{season}e{episode}. Put it into the name.")
    if layout is Layout.VIDEO and fields & {"season", "episode", "date"}:
        raise InvalidTemplate(
            "In a library of films or other videos Plex passes over names with a season, episode or date."
        )


def show_of(path: PurePosixPath) -> Place | None:
    """The place of a video that lies as an episode; None: it is no show's."""
    match path.parts:
        case (show, season, _) if season.startswith("Season "):
            return Place(path.parent, path.stem, PurePosixPath(show), season.removeprefix("Season "))
    return None


def number_within_day(index: int) -> str:
    """Two digits, or four: with three the 101st of January 1 would be one of October 11."""
    return f"{index:02}" if index < 100 else f"{index:04}"


def within(root: Path, relative: PurePosixPath) -> Path:
    """The real path, which lies under the root whatever links there are. Raises `OutsideOfFolder`."""
    base = root.resolve()
    path = (base / relative).resolve()
    if path == base or not path.is_relative_to(base):
        raise OutsideOfFolder("The file would lie outside of the download folder. Look for links in it.")
    return path


def clean(text: str, *, otherwise: str = "Untitled", longest: int = LONGEST_NAME) -> str:
    """One component of a path: never empty, never `..`, never an option of a program, at most `longest` bytes."""
    kept = (
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    name = unicodedata.normalize("NFC", "".join(kept)).translate(_LOOK_ALIKES)
    name = _cut(_stripped(re.sub(r" +", " ", name)), longest - 1) or otherwise
    return f"_{name}" if name.startswith("-") or _RESERVED.fullmatch(name) else name


def _values(subject: Subject, layout: Layout) -> dict[str, str]:
    day = subject.published_on
    playlist = subject.playlist if layout is Layout.PLAYLIST_SHOW else None
    title, channel = clean(subject.title), clean(subject.channel, otherwise="Unknown channel")
    if layout is Layout.VIDEO:
        title = _unlike_an_episode(title)
    return {
        "title": title,
        "channel": _unlike_an_episode(channel),
        "playlist": _unlike_an_episode(clean(playlist.title)) if playlist else _unlike_an_episode(channel),
        "id": subject.video_id,
        "season": "01" if playlist else f"{day.year:04}",
        # Month, day and a number within the day: two of one day would be one episode to Plex.
        "episode": f"{playlist.episode:02}"
        if playlist
        else f"{day.month:02}{day.day:02}{number_within_day(subject.episode)}",
        "year": f"{day.year:04}",
        "month": f"{day.month:02}",
        "day": f"{day.day:02}",
        "date": day.isoformat(),
    }


def _rendered(template: str, values: dict[str, str], subject: Subject) -> str:
    """The id stands last, and whole, however long the rest is."""
    distinction = f" - {clean(subject.distinction, longest=40)}" if subject.distinction else ""
    tail = f"{distinction} [{subject.video_id}]"
    # A show's name must not push the number of the episode out of the name.
    values = values | {name: _cut(values[name], 80) for name in ("channel", "playlist")}
    name = clean(template.format_map(values), longest=LONGEST_NAME - len(tail.encode()))
    return f"{name.removesuffix(f'[{subject.video_id}]').rstrip(' .') or 'Untitled'}{tail}"


def _own_folder(subject: Subject) -> str:
    return _rendered("{title}", _values(subject, Layout.VIDEO), subject)


def _show_folder(subject: Subject, playlist: PlaylistPlace | None) -> str:
    if playlist:
        return playlist.folder or _with_id(playlist.title, playlist.list_id)
    return subject.show_folder or _with_id(subject.channel, subject.channel_id, otherwise="Unknown channel")


def _with_id(title: str, id: str | None, *, otherwise: str = "Untitled") -> str:
    tail = f" [{id}]" if id else ""
    return f"{clean(title, otherwise=otherwise, longest=LONGEST_NAME - len(tail.encode()))}{tail}"


def _unlike_an_episode(text: str) -> str:
    """A number of an episode or a date in a title would be taken for the file's own."""
    text = _EPISODE_LIKE.sub(r"\1·\2", text)
    text = _CROSS_LIKE.sub(r"\1×\2", text)
    return _DATE_LIKE.sub(r"\1·\2·\3", text)


def _cut(text: str, longest: int) -> str:
    """By bytes, never within a character."""
    return _stripped(text.encode()[:longest].decode(errors="ignore"))


def _stripped(text: str) -> str:
    return text.strip(" .")
