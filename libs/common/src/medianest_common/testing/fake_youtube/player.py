"""What a player is told of one video."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from medianest_common.testing.fake_youtube.catalogue import Live, Video
from medianest_common.testing.fake_youtube.challenge import CHALLENGE
from medianest_common.testing.fake_youtube.failures import (
    CURED_BY_COOKIES,
    TO_COME,
    WITHOUT_MEDIA,
    Failure,
    Json,
    playability,
)
from medianest_common.testing.fake_youtube.formats import FORMATS, MUXED, Format

SizeOf = Callable[[Format, int], int]
"""How many bytes a format has, for that many seconds of it."""
MEDIA_HOST = "rr1---sn-fixture.googlevideo.com"
_ANOTHER_VIDEO = "aQvGIIdgFDM"


def player_response(video_id: str, video: Video | None, *, signed_in: bool, size_of: SizeOf) -> Json:
    if video is None:
        return {
            "playabilityStatus": playability(Failure.UNAVAILABLE),
            "videoDetails": {"videoId": video_id},
        }
    failure = failure_of(video, signed_in=signed_in)
    if failure is Failure.IP_BLOCKED:
        return {"playabilityStatus": {"status": "OK"}, "videoDetails": {"videoId": _ANOTHER_VIDEO}}
    starts_at = video.starts_at
    if failure and failure in TO_COME and starts_at is None:
        starts_at = datetime.now(UTC) + TO_COME[failure]
    answer: Json = {
        "playabilityStatus": {"status": "OK"},
        "videoDetails": _details(video),
        "microformat": {"playerMicroformatRenderer": _microformat(video, starts_at=starts_at)},
    }
    if video.subtitles or video.automatic_subtitles:
        answer["captions"] = {"playerCaptionsTracklistRenderer": _captions(video)}
    if failure is not None and failure not in WITHOUT_MEDIA:
        to_come = failure in TO_COME
        answer["playabilityStatus"] = playability(failure, starts_at=starts_at if to_come else None)
        if to_come:
            answer["videoDetails"] |= {"isUpcoming": True, "isLiveContent": True}
        return answer
    if failure is Failure.DRM:
        answer["streamingData"] = {"expiresInSeconds": "1", "licenseInfos": [{"drmFamily": "WIDEVINE"}]}
    elif failure is None:
        answer["streamingData"] = _streaming(video, size_of=size_of)
    return answer


def failure_of(video: Video, *, signed_in: bool) -> Failure | None:
    if video.failure is None or not video.failing:
        return None
    return None if signed_in and video.failure in CURED_BY_COOKIES else video.failure


def _details(video: Video) -> Json:
    details: Json = {
        "videoId": video.id,
        "title": video.title,
        "lengthSeconds": str(video.seconds),
        "channelId": video.channel.id,
        "author": video.channel.name,
        "shortDescription": video.description,
        "viewCount": str(video.views),
        "keywords": list(video.tags),
        "isLiveContent": video.live is not None,
        "isPrivate": False,
    }
    if video.thumbnail:
        details["thumbnail"] = {"thumbnails": [thumbnail(video)]}
    match video.live:
        case Live.UPCOMING:
            details["isUpcoming"] = True
        case Live.NOW:
            details["isLive"] = True
        case Live.ENDING:
            details["isPostLiveDvr"] = True
        case _:
            pass
    return details


def thumbnail(video: Video) -> Json:
    return {"url": f"https://i.ytimg.com/vi/{video.id}/hqdefault.jpg", "width": 480, "height": 360}


def _microformat(video: Video, *, starts_at: datetime | None) -> Json:
    channel = video.channel
    microformat: Json = {
        "title": {"simpleText": video.title},
        "publishDate": video.published.isoformat(),
        "uploadDate": video.published.isoformat(),
        "lengthSeconds": str(video.seconds),
        "category": video.category,
        "ownerProfileUrl": f"http://www.youtube.com/{channel.handle}",
        "ownerChannelName": channel.name,
        "externalChannelId": channel.id,
        "isUnlisted": video.unlisted,
        "isFamilySafe": video.failure is not Failure.AGE_RESTRICTED,
    }
    if video.live or starts_at:
        starts_at = starts_at or video.published
        microformat["liveBroadcastDetails"] = {
            "isLiveNow": video.live is Live.NOW,
            "startTimestamp": starts_at.isoformat(),
        }
        if video.live in (Live.OVER, Live.ENDING):
            ended = starts_at + timedelta(seconds=video.seconds)
            microformat["liveBroadcastDetails"]["endTimestamp"] = ended.isoformat()
    return microformat


def _captions(video: Video) -> Json:
    def track(language: str, *, automatic: bool) -> Json:
        query = {"v": video.id, "lang": language} | ({"kind": "asr"} if automatic else {})
        made: Json = {
            "baseUrl": f"https://www.youtube.com/api/timedtext?{urlencode(query)}",
            "name": {"simpleText": f"{language} (auto-generated)" if automatic else language},
            "vssId": f"{'a' if automatic else ''}.{language}",
            "languageCode": language,
            "isTranslatable": True,
        }
        return made | ({"kind": "asr"} if automatic else {})

    tracks = [track(language, automatic=False) for language in video.subtitles]
    tracks += [track(language, automatic=True) for language in video.automatic_subtitles]
    return {"captionTracks": tracks, "translationLanguages": []}


def _streaming(video: Video, *, size_of: SizeOf) -> Json:
    kinds = [FORMATS[itag] for itag in video.formats]
    offered = [(kind, _offer(video, kind, size=size_of(kind, video.seconds))) for kind in kinds]
    return {
        "expiresInSeconds": "21540",
        "formats": [offer for kind, offer in offered if kind.itag == MUXED],
        "adaptiveFormats": [offer for kind, offer in offered if kind.itag != MUXED],
    }


def _offer(video: Video, kind: Format, *, size: int) -> Json:
    query = {"id": video.id, "itag": kind.itag} | ({"n": CHALLENGE} if video.needs_javascript else {})
    rate = size * 8 // max(video.seconds, 1)
    offer: dict[str, Any] = {
        "itag": kind.itag,
        "url": f"https://{MEDIA_HOST}/videoplayback?{urlencode(query)}",
        "mimeType": kind.mime_type,
        "contentLength": str(size),
        "bitrate": rate,
        "averageBitrate": rate,
        "approxDurationMs": str(video.seconds * 1000),
        "lastModified": "1700000000000000",
    }
    if kind.video:
        offer |= {
            "width": kind.width,
            "height": kind.height,
            "fps": kind.frame_rate,
            "quality": _quality(kind.height),
            "qualityLabel": f"{kind.height}p",
        }
    if kind.audio:
        offer |= {
            "audioQuality": "AUDIO_QUALITY_MEDIUM",
            "audioSampleRate": "48000",
            "audioChannels": 2,
        }
        offer.setdefault("quality", "tiny")
    return offer


def _quality(height: int) -> str:
    return {360: "medium", 480: "large", 720: "hd720", 1080: "hd1080", 2160: "hd2160"}[height]
