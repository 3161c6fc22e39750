"""Which answer belongs to which address of YouTube's."""

import hashlib
import json
import re
from dataclasses import dataclass, field

from medianest_common.testing import art
from medianest_common.testing.fake_youtube import lists, pages, pictures
from medianest_common.testing.fake_youtube.catalogue import Tab, Video
from medianest_common.testing.fake_youtube.challenge import PLAYER_PATH, PLAYER_SCRIPT
from medianest_common.testing.fake_youtube.failures import Failure, Json
from medianest_common.testing.fake_youtube.formats import Format
from medianest_common.testing.fake_youtube.media import MediaShelf
from medianest_common.testing.fake_youtube.player import failure_of, player_response
from medianest_common.testing.fake_youtube.recording import Request
from medianest_common.testing.fake_youtube.state import State

_THUMBNAIL = re.compile(r"^/vi(?:_webp)?/([\w-]{11})/(\w+)\.(jpg|webp)$")
_PICTURE = re.compile(r"^/(avatar|banner)/(UC[\w-]{22})\.jpg(?:=([\w-]+))?$")
_WATCH = re.compile(r"^/(?:embed|shorts|live|v)/([\w-]{11})$")
_CHANNEL = re.compile(r"^/(?:(@[^/]+)|channel/(UC[\w-]{22})|(?:c|user)/([^/]+))(?:/(\w+))?$")
_SKIP_SEGMENTS = re.compile(r"^/api/skipSegments/([0-9a-f]{4,})$")


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


_NOT_FOUND = Answer(b"<title>404 Not Found</title>", status=404)
_TOO_MANY = Answer(b"<title>429 Too Many Requests</title>", status=429)


def _json(data: Json | list[Json]) -> Answer:
    return Answer(json.dumps(data).encode(), "application/json; charset=utf-8")


def answer(request: Request, *, body: bytes, state: State, shelf: MediaShelf) -> Answer:
    host = request.host
    if host.endswith(".ytimg.com"):
        return _thumbnail(request, state)
    if host.endswith((".ggpht.com", ".googleusercontent.com")):
        return _picture(request, state)
    if host == "sponsor.ajay.app":
        return _segments(request, state)
    if host == "youtu.be":
        location = f"https://www.youtube.com/watch?v={request.path.strip('/')}"
        return Answer(status=303, headers={"Location": location})
    if request.path.startswith("/youtubei/v1/"):
        return _api(request, body=body, state=state, shelf=shelf)
    return _web(request, state=state, shelf=shelf)


def _web(request: Request, *, state: State, shelf: MediaShelf) -> Answer:
    path, query, catalogue = request.path, request.query, state.catalogue
    if path == PLAYER_PATH:
        return Answer(PLAYER_SCRIPT, "text/javascript")
    if path == "/feeds/videos.xml":
        return _feed(request, state)
    if path == "/api/timedtext":
        video = catalogue.video(query.get("v", ""))
        return Answer(pages.subtitles(video, query["lang"]), "text/vtt") if video else _NOT_FOUND
    watched = _WATCH.match(path)
    if path == "/watch" or watched:
        return _watch(request, watched[1] if watched else query.get("v", ""), state=state, shelf=shelf)
    if path == "/playlist":
        playlist = catalogue.playlist(query.get("list", ""))
        shown = lists.playlist_page(playlist, signed_in=request.signed_in) if playlist else None
        return Answer(pages.page(shown or lists.no_playlist_page(), signed_in=request.signed_in))
    if found := _CHANNEL.match(path):
        channel = catalogue.channel(found[1] or found[2] or found[3])
        tab = Tab(found[4]) if found[4] in tuple(Tab) else None
        return Answer(pages.page(lists.channel_page(channel, tab))) if channel else _NOT_FOUND
    if path == "/":
        return Answer(pages.page({}))
    return _NOT_FOUND


def _watch(request: Request, video_id: str, *, state: State, shelf: MediaShelf) -> Answer:
    video = state.catalogue.video(video_id)
    request.video_id = video_id
    if video:
        state.begin_try(video)
    if _is_refused(video, request):
        return _TOO_MANY
    player = _player(video_id, video, request, shelf)
    return Answer(pages.page(pages.watch_data(video), player=player, signed_in=request.signed_in))


def _api(request: Request, *, body: bytes, state: State, shelf: MediaShelf) -> Answer:
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return Answer(b"{}", "application/json", status=400)
    match request.path.rsplit("/", 1)[1]:
        case "player":
            video_id = str(asked.get("videoId"))
            video = state.catalogue.video(video_id)
            request.video_id = video_id
            if _is_refused(video, request):
                return _TOO_MANY
            return _json(_player(video_id, video, request, shelf))
        case "browse" if "continuation" in asked:
            page = lists.next_page(state.catalogue, str(asked["continuation"]))
            return _json(page) if page else Answer(b"{}", "application/json", status=400)
        case "browse":
            playlist = state.catalogue.playlist(str(asked.get("browseId")).removeprefix("VL"))
            return _json(lists.playlist_page(playlist, signed_in=request.signed_in) if playlist else {})
        case _:
            return _json({})


def _player(video_id: str, video: Video | None, request: Request, shelf: MediaShelf) -> Json:
    def size_of(kind: Format, seconds: int) -> int:
        return shelf.file(kind, seconds=seconds).stat().st_size

    return player_response(video_id, video, signed_in=request.signed_in, size_of=size_of)


def _is_refused(video: Video | None, request: Request) -> bool:
    return video is not None and failure_of(video, signed_in=request.signed_in) is Failure.TOO_MANY_REQUESTS


def _feed(request: Request, state: State) -> Answer:
    content_type = "text/xml; charset=UTF-8"
    if channel := state.catalogue.channel(request.query.get("channel_id", "")):
        return Answer(pages.channel_feed(channel), content_type)
    playlist = state.catalogue.playlist(request.query.get("playlist_id", ""))
    return Answer(pages.playlist_feed(playlist), content_type) if playlist else _NOT_FOUND


def _thumbnail(request: Request, state: State) -> Answer:
    found = _THUMBNAIL.match(request.path)
    video = state.catalogue.video(found[1]) if found else None
    if found is None or video is None or not video.thumbnail:
        return _NOT_FOUND
    width, height = (1280, 720) if found[2] in ("maxresdefault", "hq720") else (480, 360)
    is_webp = found[3] == "webp"
    content_type = "image/webp" if is_webp else "image/jpeg"
    if state.illustrated:
        rows = art.landscape_rows(video.title, title=video.title, width=width, height=height)
        body = pictures.painted_webp(rows) if is_webp else pictures.painted_jpeg(rows)
    else:
        body = pictures.webp(width, height) if is_webp else pictures.jpeg(width, height)
    body += bytes(video.thumbnail_padding)
    return Answer(body, video.thumbnail_type or content_type)


def _picture(request: Request, state: State) -> Answer:
    found = _PICTURE.match(request.path)
    channel = state.catalogue.channel(found[2]) if found else None
    if found is None or channel is None or not channel.pictures:
        return _NOT_FOUND
    width, height = (900, 900) if found[1] == "avatar" else (2560, 424)
    if state.illustrated:
        return Answer(
            pictures.painted_jpeg(art.badge_rows(channel.name, width=width, height=height)), "image/jpeg"
        )
    # As it was uploaded, unless a JPEG is asked for.
    if channel.png_pictures and "rj" not in (found[3] or "").split("-"):
        return Answer(pictures.png(width, height), "image/png")
    return Answer(pictures.jpeg(width, height), "image/jpeg")


def _segments(request: Request, state: State) -> Answer:
    """Asked by the beginning of a hash, so that SponsorBlock does not learn who watches what."""
    found = _SKIP_SEGMENTS.match(request.path)
    if found is None:
        return _NOT_FOUND
    matching = [
        video
        for video in state.catalogue.every_video()
        if video.segments and hashlib.sha256(video.id.encode()).hexdigest().startswith(found[1])
    ]
    if not matching:
        return Answer(b"Not Found", "text/plain", status=404)
    return _json([_segments_of(video) for video in matching])


def _segments_of(video: Video) -> Json:
    segments = [
        {
            "UUID": f"{video.id}-{number}",
            "category": segment.category,
            "actionType": "skip",
            "segment": [segment.start, segment.end],
            "videoDuration": float(video.seconds),
            "locked": 1,
            "votes": 5,
            "description": "",
        }
        for number, segment in enumerate(video.segments)
    ]
    return {"videoID": video.id, "segments": segments}
