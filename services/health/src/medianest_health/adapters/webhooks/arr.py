"""What Sonarr, Radarr and Prowlarr say.

They number and sign nothing, tell no time and try once. Old versions leave out all but a path, and every version leaves
out its own name and address at times. Deletions of a file name no season in some of them.
"""

from typing import Any

from medianest_common.contracts.health.webhooks import Level, WebhookSource
from medianest_common.contracts.media import MediaType
from medianest_health.adapters.webhooks.fields import (
    event_name,
    imdb,
    line,
    mark_of,
    part,
    parts,
    positive,
    whole,
)
from medianest_health.adapters.webhooks.heard import Grievance, Heard, Meaning, Stuck, TitleNews

_FILES_CHANGE = frozenset(
    {
        "Download",
        "Rename",
        "MovieDelete",
        "SeriesDelete",
        "MovieFileDelete",
        "EpisodeFileDelete",
    }
)
_GONE = frozenset({"MovieDelete", "SeriesDelete", "MovieFileDelete", "EpisodeFileDelete"})
_ABOUT_A_TITLE = _FILES_CHANGE | {"Grab", "MovieAdded", "SeriesAdd"}
_NOTHING_TO_DO = frozenset({"Test", "ApplicationUpdate"})
_OPPOSITES = {"Health": "HealthRestored", "HealthRestored": "Health"}
_KNOWN = _ABOUT_A_TITLE | _NOTHING_TO_DO | _OPPOSITES.keys() | {"ManualInteractionRequired"}
_LEVELS = {each.value: each for each in Level}
_MOST_SEASONS = 100
_REASON_LENGTH = 400
_4K = ("2160", "4K", "UHD")


def read_arr(source: WebhookSource, document: dict[str, Any], *, otherwise: str) -> Heard:
    """`otherwise` is its mark where nothing else tells it from another."""
    event = event_name(document.get("eventType"))
    return Heard(
        instance=line(document.get("instanceName"), 60) or source.value.title(),
        event=event,
        is_known=event in _KNOWN,
        mark=_mark(event, document) or otherwise,
        opposite=_OPPOSITES.get(event),
        meanings=_meanings(source, event, document),
    )


def _meanings(source: WebhookSource, event: str, document: dict[str, Any]) -> list[Meaning]:
    if event in _OPPOSITES:
        return [_grievance(event, document)]
    if source is WebhookSource.PROWLARR:
        return []  # It grabs for others, who tell of it themselves.
    if event in _ABOUT_A_TITLE:
        news = _title_news(source, event, document)
        return [news] if news else []
    if event == "ManualInteractionRequired":
        return [_stuck(source, document)]
    return []


def _mark(event: str, document: dict[str, Any]) -> str | None:
    """A pack is one download and many events, so what it is about belongs to it; so do its files, of an upgrade."""
    if event in _OPPOSITES:
        return mark_of([line(document.get("type")), line(document.get("message"), 1000)])
    files = [part(document, "episodeFile"), part(document, "movieFile"), *parts(document, "episodeFiles")]
    about = [
        line(document.get("downloadId")),
        sorted(str(each.get("id")) for each in parts(document, "episodes")),
        sorted(str(each.get("id") or each.get("relativePath")) for each in files if each),
        *(
            str(
                whole_title.get("tmdbId")
                or whole_title.get("tvdbId")
                or whole_title.get("id")
                or _path(whole_title)
            )
            for name in ("movie", "series")
            if (whole_title := part(document, name))
        ),
    ]
    return mark_of(about) if event in _ABOUT_A_TITLE | {"ManualInteractionRequired"} and any(about) else None


def _path(title: dict[str, Any]) -> str:
    return str(title.get("path") or title.get("folderPath") or "")


def _grievance(event: str, document: dict[str, Any]) -> Grievance:
    """That it is over is told with the level and the words of when it was not."""
    return Grievance(
        kind=line(document.get("type"), 80) or "",
        level=_LEVELS.get(str(document.get("level")).lower(), Level.WARNING),
        message=line(document.get("message"), _REASON_LENGTH) or "It does not say what it is.",
        is_over=event == "HealthRestored",
    )


def _title_news(source: WebhookSource, event: str, document: dict[str, Any]) -> TitleNews | None:
    is_film = source is WebhookSource.RADARR
    title = part(document, "movie" if is_film else "series")
    named = part(document, "remoteMovie") if is_film else {}
    news = TitleNews(
        media_type=MediaType.MOVIE if is_film else MediaType.TV,
        tmdb_id=positive(title.get("tmdbId")) or positive(named.get("tmdbId")),
        tvdb_id=None if is_film else positive(title.get("tvdbId")),
        imdb_id=imdb(title.get("imdbId")) or imdb(named.get("imdbId")),
        title=line(title.get("title")),
        year=positive(title.get("year")),
        seasons=_seasons(document),
        is_4k=_is_4k(document),
        is_grabbed=event == "Grab",
        is_gone=event in _GONE,
        is_in_library=event in _FILES_CHANGE,
    )
    is_named = news.tmdb_id or news.tvdb_id or news.imdb_id or news.title
    return news if is_named or news.is_in_library else None


def _seasons(document: dict[str, Any]) -> list[int]:
    found = {whole(each.get("seasonNumber")) for each in parts(document, "episodes")}
    return sorted(number for number in found if number is not None)[:_MOST_SEASONS]


def _is_4k(document: dict[str, Any]) -> bool | None:
    holders = [part(document, name) for name in ("release", "movieFile", "episodeFile")]
    holders += parts(document, "episodeFiles")
    qualities = [text for each in holders if (text := line(each.get("quality")))]
    if not qualities:
        return None
    return any(word in quality.upper() for quality in qualities for word in _4K)


def _stuck(source: WebhookSource, document: dict[str, Any]) -> Stuck:
    title = part(document, "movie" if source is WebhookSource.RADARR else "series")
    release = line(part(document, "downloadInfo").get("title")) or line(
        part(document, "release").get("releaseTitle")
    )
    said: list[str] = []
    for each in parts(document, "downloadStatusMessages"):
        messages = each.get("messages")
        words = [word for word in map(line, messages if isinstance(messages, list) else []) if word]
        # Without any of its own, the title of the message is the message.
        said += words or [word for word in [line(each.get("title"))] if word]
    reason = line("; ".join(dict.fromkeys(said)), _REASON_LENGTH)
    return Stuck(line(title.get("title")) or release or "A download", reason)
