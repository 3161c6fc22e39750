"""One item with all that Plex tells of it, read as leniently as everything else."""

from collections.abc import Iterable, Mapping
from typing import Any

from medianest_common.contracts.plex.browse import (
    AudioStream,
    CastMember,
    MediaVersion,
    Rating,
    SubtitleStream,
)
from medianest_plex.adapters.coercion import (
    Document,
    entries,
    to_bool,
    to_float,
    to_int,
    to_positive,
    to_text,
)

_MOST_CAST = 60
_MOST_NAMES = 30
_MOST_STREAMS = 100
_VIDEO, _AUDIO, _SUBTITLE = 1, 2, 3


def details(document: Document, *, with_files: bool) -> dict[str, Any]:
    """The fields of an `ItemDetail` beyond those of every item."""
    return {
        "tagline": to_text(document.get("tagline")),
        "studio": to_text(document.get("studio")),
        "edition": to_text(document.get("editionTitle")),
        "cast": _cast(document),
        "directors": _names(document, "Director"),
        "writers": _names(document, "Writer"),
        "countries": _names(document, "Country"),
        "collections": _names(document, "Collection"),
        "genres": _names(document, "Genre"),
        "ratings": _ratings(document),
        "media": [
            _version(media, with_files=with_files) for media in entries(document.get("Media"))[:_MOST_NAMES]
        ],
        "view_offset_ms": to_positive(document.get("viewOffset")),
        "library_title": to_text(document.get("librarySectionTitle")),
    }


def _cast(document: Document) -> list[CastMember]:
    cast = []
    for role in entries(document.get("Role"))[:_MOST_CAST]:
        name = to_text(role.get("tag"), longest=100)
        if name:
            cast.append(CastMember(name=name, role=to_text(role.get("role"), longest=200)))
    return cast


def _names(document: Document, field: str) -> list[str]:
    names = (to_text(tag.get("tag"), longest=100) for tag in entries(document.get(field)))
    return list(dict.fromkeys(name for name in names if name))[:_MOST_NAMES]


def _ratings(document: Document) -> list[Rating]:
    """Plex names the source in the address of its picture: `imdb://image.rating`."""
    given = [(r.get("image"), r.get("type"), r.get("value")) for r in entries(document.get("Rating"))]
    given += [
        (document.get("ratingImage"), "critic", document.get("rating")),
        (document.get("audienceRatingImage"), "audience", document.get("audienceRating")),
    ]
    found: dict[tuple[str | None, str | None], Rating] = {}
    for image, kind, value in given:
        number = to_float(value)
        if number is None or not 0 <= number <= 10:
            continue
        source = (to_text(image) or "").partition("://")[0] or None
        named = to_text(kind, longest=20)
        found.setdefault((source, named), Rating(source=source, kind=named, value=round(number, 1)))
    return list(found.values())


def _version(media: Document, *, with_files: bool) -> MediaVersion:
    parts = entries(media.get("Part"))[:_MOST_NAMES]
    streams = [stream for part in parts for stream in entries(part.get("Stream"))][:_MOST_STREAMS]
    sizes = [size for part in parts if (size := to_positive(part.get("size")))]
    files = [path for part in parts if (path := to_text(part.get("file"), longest=4000))]
    return MediaVersion(
        resolution=to_text(media.get("videoResolution"), longest=20),
        width=to_positive(media.get("width")),
        height=to_positive(media.get("height")),
        container=to_text(media.get("container"), longest=20),
        bitrate_kbps=to_positive(media.get("bitrate")),
        duration_ms=to_positive(media.get("duration")),
        size_bytes=sum(sizes) or None,
        video_codec=to_text(media.get("videoCodec"), longest=20),
        video_profile=to_text(media.get("videoProfile"), longest=40),
        frame_rate=to_text(media.get("videoFrameRate"), longest=20),
        hdr=next((hdr for stream in _of(streams, _VIDEO) if (hdr := _hdr(stream))), None),
        audio_codec=to_text(media.get("audioCodec"), longest=20),
        audio_channels=to_positive(media.get("audioChannels")),
        audio=[_audio(stream) for stream in _of(streams, _AUDIO)],
        subtitles=[_subtitle(stream) for stream in _of(streams, _SUBTITLE)],
        files=files if with_files else [],
    )


def _of(streams: Iterable[Document], kind: int) -> list[Document]:
    return [stream for stream in streams if to_int(stream.get("streamType")) == kind]


def _hdr(stream: Mapping[str, Any]) -> str | None:
    """Dolby Vision says so; the others are known by their transfer curve."""
    if to_bool(stream.get("DOVIPresent")):
        return "Dolby Vision"
    return {"smpte2084": "HDR10", "arib-std-b67": "HLG"}.get(str(stream.get("colorTrc")))


def _audio(stream: Document) -> AudioStream:
    return AudioStream(
        language=_language(stream),
        title=to_text(stream.get("title")) or to_text(stream.get("displayTitle")),
        codec=to_text(stream.get("codec"), longest=20),
        channels=to_positive(stream.get("channels")),
        is_default=to_bool(stream.get("default")) or False,
    )


def _subtitle(stream: Document) -> SubtitleStream:
    return SubtitleStream(
        language=_language(stream),
        title=to_text(stream.get("title")) or to_text(stream.get("displayTitle")),
        codec=to_text(stream.get("codec"), longest=20),
        is_forced=to_bool(stream.get("forced")) or False,
        # Only those in files of their own have an address.
        is_external=to_text(stream.get("key")) is not None,
    )


def _language(stream: Document) -> str | None:
    return to_text(stream.get("languageTag"), longest=20) or to_text(stream.get("languageCode"), longest=20)
