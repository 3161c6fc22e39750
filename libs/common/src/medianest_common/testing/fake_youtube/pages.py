"""What a browser is sent: pages with their data inside, feeds, subtitles."""

import json
from collections.abc import Sequence
from xml.etree import ElementTree

from medianest_common.testing.fake_youtube.catalogue import Channel, Playlist, Video
from medianest_common.testing.fake_youtube.challenge import PLAYER_PATH
from medianest_common.testing.fake_youtube.failures import Json

_FEED_LENGTH = 15
_ATOM = "http://www.w3.org/2005/Atom"
_YT = "http://www.youtube.com/xml/schemas/2015"
_SETTINGS: Json = {
    "INNERTUBE_API_KEY": "fixture",
    "INNERTUBE_CONTEXT": {
        "client": {
            "clientName": "WEB",
            "clientVersion": "2.20260101.00.00",
            "hl": "en",
            "visitorData": "Cgtmb28%3D",
        }
    },
    "INNERTUBE_CONTEXT_CLIENT_NAME": 1,
    "VISITOR_DATA": "Cgtmb28%3D",
    "PLAYER_JS_URL": PLAYER_PATH,
}


def page(data: Json, *, player: Json | None = None, signed_in: bool = False) -> bytes:
    settings = _SETTINGS | {"LOGGED_IN": signed_in}
    return (
        "<!DOCTYPE html><html><head><title>YouTube</title></head><body>"
        f"<script>ytcfg.set({_script(settings)});</script>"
        f"<script>var ytInitialPlayerResponse = {_script(player or {})};</script>"
        f"<script>var ytInitialData = {_script(data)};</script>"
        "</body></html>"
    ).encode()


def _script(data: Json) -> str:
    return json.dumps(data).replace("<", "\\u003c")


def watch_data(video: Video | None) -> Json:
    """Without an owner the real extractor would ask again and again."""
    if video is None:
        return {"contents": {"twoColumnWatchNextResults": {}}}
    channel = video.channel
    owner = {
        "text": channel.name,
        "navigationEndpoint": {
            "browseEndpoint": {"browseId": channel.id, "canonicalBaseUrl": f"/{channel.handle}"},
            "commandMetadata": {"webCommandMetadata": {"url": f"/{channel.handle}"}},
        },
    }
    contents = [
        {"videoPrimaryInfoRenderer": {"title": {"runs": [{"text": video.title}]}}},
        {"videoSecondaryInfoRenderer": {"owner": {"videoOwnerRenderer": {"title": {"runs": [owner]}}}}},
    ]
    return {"contents": {"twoColumnWatchNextResults": {"results": {"results": {"contents": contents}}}}}


def channel_feed(channel: Channel) -> bytes:
    newest = sorted(channel.videos, key=lambda video: video.published, reverse=True)
    return _feed(f"yt:channel:{channel.id}", channel.name, channel, newest)


def playlist_feed(playlist: Playlist) -> bytes:
    return _feed(f"yt:playlist:{playlist.id}", playlist.title, playlist.channel, playlist.videos)


def _feed(identity: str, title: str, channel: Channel, videos: Sequence[Video]) -> bytes:
    ElementTree.register_namespace("", _ATOM)
    ElementTree.register_namespace("yt", _YT)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    _add(feed, "id", identity)
    _add(feed, "channelId", channel.id, namespace=_YT)
    _add(feed, "title", title)
    for video in videos[:_FEED_LENGTH]:
        entry = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry")
        _add(entry, "id", f"yt:video:{video.id}")
        _add(entry, "videoId", video.id, namespace=_YT)
        _add(entry, "channelId", video.channel.id, namespace=_YT)
        _add(entry, "title", video.title)
        ElementTree.SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", href=video.url)
        _add(ElementTree.SubElement(entry, f"{{{_ATOM}}}author"), "name", video.channel.name)
        _add(entry, "published", video.published.isoformat())
        _add(entry, "updated", video.published.isoformat())
    return b'<?xml version="1.0" encoding="UTF-8"?>' + ElementTree.tostring(feed, "unicode").encode()


def _add(parent: ElementTree.Element, tag: str, text: str, *, namespace: str = _ATOM) -> None:
    ElementTree.SubElement(parent, f"{{{namespace}}}{tag}").text = text


def subtitles(video: Video, language: str) -> bytes:
    lines = ["WEBVTT", ""]
    for second in range(video.seconds):
        at = f"00:{second // 60:02d}:{second % 60:02d}"
        lines += [f"{at}.000 --> {at}.900", f"{language}: second {second}", ""]
    return "\n".join(lines).encode()
