"""Shows as a pretend Sonarr keeps them, and as it shows them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from medianest_common.contracts.base import rfc3339


@dataclass(kw_only=True)
class Episode:
    id: int
    season: int
    number: int
    airs: datetime
    monitored: bool = False
    has_file: bool = False


@dataclass(kw_only=True)
class Series:
    id: int
    tvdb_id: int
    tmdb_id: int
    title: str
    monitored: bool
    seasons: dict[int, bool]
    """Whether each is monitored."""
    episodes: list[Episode]
    fields: dict[str, Any] = field(default_factory=dict)
    """What it was added with."""
    added: datetime

    def of_season(self, number: int) -> list[Episode]:
        return [episode for episode in self.episodes if episode.season == number]


@dataclass(kw_only=True)
class KnownShow:
    tmdb_id: int
    title: str
    seasons: dict[int, int]
    not_aired: dict[int, int]
    """How many of the last episodes of a season are still to come."""


def unadded(tvdb_id: int, known: KnownShow, *, v3: bool) -> dict[str, Any]:
    rows = [{"seasonNumber": number, "monitored": number > 0} for number in sorted(known.seasons)]
    return {
        "title": known.title,
        "sortTitle": known.title.lower(),
        "status": "continuing",
        "ended": False,
        "overview": "A show.",
        "network": "AMC",
        "airTime": "21:00",
        "images": [{"coverType": "poster", "url": "/MediaCover/poster.jpg"}],
        "seasons": rows,
        "year": 2008,
        "qualityProfileId": 0,
        "seasonFolder": True,
        "monitored": True,
        "runtime": 45,
        "tvdbId": tvdb_id,
        "imdbId": f"tt{tvdb_id:07}",
        "titleSlug": known.title.lower().replace(" ", "-"),
        "seriesType": "standard",
        "genres": ["Drama"],
        "tags": [],
        "added": "0001-01-01T00:00:00Z",
        "ratings": {"votes": 0, "value": 0.0},
        **({} if v3 else {"tmdbId": known.tmdb_id, "monitorNewItems": "all"}),
    }


def resource(series: Series, known: KnownShow, *, now: datetime, profile: int, v3: bool) -> dict[str, Any]:
    rows = []
    for number in sorted(series.seasons):
        episodes = series.of_season(number)
        files = sum(e.has_file for e in episodes)
        counted = sum(e.has_file or (e.monitored and e.airs <= now) for e in episodes)
        statistics = {
            "episodeFileCount": files,
            "episodeCount": counted,
            "totalEpisodeCount": len(episodes),
            "sizeOnDisk": files * 10**9,
            "percentOfEpisodes": 100.0 * files / counted if counted else 0.0,
        }
        rows.append({"seasonNumber": number, "monitored": series.seasons[number], "statistics": statistics})
    files = sum(e.has_file for e in series.episodes)
    return unadded(series.tvdb_id, known, v3=v3) | {
        "id": series.id,
        "path": f"/data/{series.title}",
        "qualityProfileId": series.fields.get("qualityProfileId", profile),
        "languageProfileId": 1,
        "monitored": series.monitored,
        "seasons": rows,
        "tags": series.fields.get("tags", []),
        "added": rfc3339(series.added),
        "statistics": {
            "seasonCount": len(series.seasons),
            "episodeFileCount": files,
            "totalEpisodeCount": len(series.episodes),
            "sizeOnDisk": files * 10**9,
        },
    }


def episode_resource(series: Series, episode: Episode) -> dict[str, Any]:
    return {
        "seriesId": series.id,
        "episodeFileId": episode.id if episode.has_file else 0,
        "seasonNumber": episode.season,
        "episodeNumber": episode.number,
        "title": f"Episode {episode.number}",
        "airDate": episode.airs.date().isoformat(),
        "airDateUtc": rfc3339(episode.airs),
        "hasFile": episode.has_file,
        "monitored": episode.monitored,
        "id": episode.id,
    }
