"""Playlists and channels as their pages show them, a page at a time."""

import base64
import binascii
from collections.abc import Iterator, Sequence

from medianest_common.testing.fake_youtube.catalogue import Catalogue, Channel, Playlist, Tab, Video
from medianest_common.testing.fake_youtube.failures import Json
from medianest_common.testing.fake_youtube.player import thumbnail

_PLAYLIST_PAGE = 100
_CHANNEL_PAGE = 30
_TAB_TITLES = {Tab.VIDEOS: "Videos", Tab.SHORTS: "Shorts", Tab.STREAMS: "Live"}


def playlist_page(playlist: Playlist, *, signed_in: bool) -> Json:
    if playlist.refusal and not (signed_in and not playlist.refused_to_all):
        return _alert(playlist.refusal)
    rows = {"playlistVideoListRenderer": {"playlistId": playlist.id, "contents": _rows(playlist, start=0)}}
    section = {"itemSectionRenderer": {"contents": [rows]}}
    tab = {"selected": True, "content": {"sectionListRenderer": {"contents": [section]}}}
    return {
        "contents": {"twoColumnBrowseResultsRenderer": {"tabs": [{"tabRenderer": tab}]}},
        "metadata": {
            "playlistMetadataRenderer": {"title": playlist.title, "description": playlist.description}
        },
        "header": {
            "playlistHeaderRenderer": {
                "playlistId": playlist.id,
                "title": {"simpleText": playlist.title},
                "numVideosText": {"runs": [{"text": f"{len(playlist.videos):,} videos"}]},
            }
        },
        "sidebar": {"playlistSidebarRenderer": {"items": _sidebar(playlist)}},
    }


def no_playlist_page() -> Json:
    return _alert("The playlist does not exist.")


def channel_page(channel: Channel, tab: Tab | None) -> Json:
    """Without a tab, the one that a visitor sees first."""
    tabs = [each for each in Tab if any(video.tab is each for video in channel.videos)] or [Tab.VIDEOS]
    chosen = tab if tab in tabs else tabs[0]
    return {
        "contents": {
            "twoColumnBrowseResultsRenderer": {
                "tabs": [_tab(channel, each, selected=each is chosen) for each in tabs]
            }
        },
        "metadata": {"channelMetadataRenderer": _channel_metadata(channel)},
        "header": {"c4TabbedHeaderRenderer": _channel_header(channel)},
    }


def next_page(catalogue: Catalogue, continuation: str) -> Json | None:
    """Nothing for a token that was not given out here."""
    try:
        kind, name, start = base64.urlsafe_b64decode(continuation).decode().split("|")
    except (binascii.Error, ValueError):
        return None
    if kind == "playlist":
        playlist = catalogue.playlist(name)
        items = _rows(playlist, start=int(start)) if playlist else []
    else:
        channel = catalogue.channel(name)
        items = _grid(channel, Tab(kind), start=int(start)) if channel else []
    return {"onResponseReceivedActions": [{"appendContinuationItemsAction": {"continuationItems": items}}]}


def _alert(text: str) -> Json:
    return {"alerts": [{"alertRenderer": {"type": "ERROR", "text": {"simpleText": text}}}]}


def _rows(playlist: Playlist, *, start: int) -> list[Json]:
    page = playlist.videos[start : start + _PLAYLIST_PAGE]
    rows: list[Json] = [
        {"playlistVideoRenderer": _row(video, number=number)}
        for number, video in enumerate(page, start=start + 1)
    ]
    rows.extend(_more("playlist", playlist.id, playlist.videos, start=start + _PLAYLIST_PAGE))
    return rows


def _row(video: Video, *, number: int) -> Json:
    return {
        "videoId": video.id,
        "title": {"runs": [{"text": video.title}]},
        "index": {"simpleText": str(number)},
        "lengthSeconds": str(video.seconds),
        "shortBylineText": {"runs": [_byline(video.channel)]},
        "thumbnail": {"thumbnails": [thumbnail(video)]},
        "isPlayable": True,
    }


def _byline(channel: Channel) -> Json:
    return {
        "text": channel.name,
        "navigationEndpoint": {
            "browseEndpoint": {"browseId": channel.id, "canonicalBaseUrl": f"/{channel.handle}"},
            "commandMetadata": {"webCommandMetadata": {"url": f"/{channel.handle}"}},
        },
    }


def _sidebar(playlist: Playlist) -> list[Json]:
    owner = {
        "title": {"runs": [_byline(playlist.channel)]},
        "navigationEndpoint": {"browseEndpoint": {"browseId": playlist.channel.id}},
    }
    primary = {
        "title": {"runs": [{"text": playlist.title}]},
        "description": {"simpleText": playlist.description},
        "stats": [{"runs": [{"text": f"{len(playlist.videos):,}"}, {"text": " videos"}]}],
    }
    return [
        {"playlistSidebarPrimaryInfoRenderer": primary},
        {"playlistSidebarSecondaryInfoRenderer": {"videoOwner": {"videoOwnerRenderer": owner}}},
    ]


def _tab(channel: Channel, tab: Tab, *, selected: bool) -> Json:
    url = f"/{channel.handle}/{tab}"
    renderer: Json = {
        "title": _TAB_TITLES[tab],
        "endpoint": {"commandMetadata": {"webCommandMetadata": {"url": url}}},
    }
    if selected:
        renderer |= {
            "selected": True,
            "content": {"richGridRenderer": {"contents": _grid(channel, tab, start=0)}},
        }
    return {"tabRenderer": renderer}


def _grid(channel: Channel, tab: Tab, *, start: int) -> list[Json]:
    videos = [video for video in channel.videos if video.tab is tab]
    grid: list[Json] = [
        {"richItemRenderer": {"content": {"lockupViewModel": _lockup(video)}}}
        for video in videos[start : start + _CHANNEL_PAGE]
    ]
    grid.extend(_more(tab, channel.id, videos, start=start + _CHANNEL_PAGE))
    return grid


def _lockup(video: Video) -> Json:
    length = f"{video.seconds // 60}:{video.seconds % 60:02d}"
    badge = {
        "thumbnailBadgeViewModel": {"text": length, "badgeStyle": "THUMBNAIL_OVERLAY_BADGE_STYLE_DEFAULT"}
    }
    image = {
        "image": {"sources": [thumbnail(video)]},
        "overlays": [{"thumbnailBottomOverlayViewModel": {"badges": [badge]}}],
    }
    return {
        "contentId": video.id,
        "contentType": "LOCKUP_CONTENT_TYPE_VIDEO",
        "contentImage": {"thumbnailViewModel": image},
        "metadata": {"lockupMetadataViewModel": {"title": {"content": video.title}}},
    }


def _more(kind: str, name: str, videos: Sequence[Video], *, start: int) -> Iterator[Json]:
    if start < len(videos):
        token = base64.urlsafe_b64encode(f"{kind}|{name}|{start}".encode()).decode()
        endpoint = {"continuationCommand": {"token": token, "request": "CONTINUATION_REQUEST_TYPE_BROWSE"}}
        yield {"continuationItemRenderer": {"continuationEndpoint": endpoint}}


def _channel_metadata(channel: Channel) -> Json:
    return {
        "title": channel.name,
        "externalId": channel.id,
        "description": channel.description,
        "channelUrl": f"https://www.youtube.com/channel/{channel.id}",
        "vanityChannelUrl": f"http://www.youtube.com/{channel.handle}",
        "avatar": {"thumbnails": [_picture(channel, "avatar", 900, 900)]} if channel.pictures else {},
    }


def _channel_header(channel: Channel) -> Json:
    header: Json = {
        "channelId": channel.id,
        "title": channel.name,
        "subscriberCountText": {"simpleText": "1.2K subscribers"},
    }
    if channel.pictures:
        header["banner"] = {"thumbnails": [_picture(channel, "banner", 2560, 424)]}
    return header


def _picture(channel: Channel, kind: str, width: int, height: int) -> Json:
    return {"url": f"https://yt3.ggpht.com/{kind}/{channel.id}.jpg", "width": width, "height": height}
