"""What of Radarr's and Sonarr's answers is read. Fields that are missing or odd in ways that do not matter are passed
over; what is needed and not there raises, which the client makes a `BadUpstream` of."""

from datetime import UTC, datetime
from typing import Any

from medianest_media.adapters.backend import Value
from medianest_media.adapters.lenient import Json, as_dict, as_list
from medianest_media.titles import storable

_LONGEST_WORDS = 300


class Movie(Value):
    id: int
    tmdb_id: int
    monitored: bool
    has_file: bool
    whole: Json
    """As it came, to be sent back with a change."""


class SeasonState(Value):
    number: int
    monitored: bool
    files: int
    counted: int
    """Episodes that have aired and are watched out for, or have a file."""
    total: int


class Series(Value):
    id: int
    tvdb_id: int
    tmdb_id: int | None
    monitored: bool
    seasons: dict[int, SeasonState]
    whole: Json

    def watches(self, season: int) -> bool:
        """A show that nobody watches out for has no season that anybody does, whatever its flags say."""
        state = self.seasons.get(season)
        return self.monitored and state is not None and state.monitored

    @property
    def files(self) -> int:
        return sum(season.files for season in self.seasons.values())


class Episode(Value):
    id: int
    season: int
    monitored: bool
    has_file: bool
    airs_at: datetime | None

    def has_aired(self, now: datetime) -> bool:
        return self.airs_at is not None and self.airs_at <= now


class Status(Value):
    app: str
    major: int


def status(answer: Any) -> Status:
    document = as_dict(answer)
    major = str(document["version"]).partition(".")[0]
    return Status(app=str(document.get("appName") or ""), major=int(major))


def options(name: str, answer: Any) -> dict[int, str]:
    """What there is to choose from, by id."""
    return {number(row["id"]): storable(str(row[name])) for row in map(as_dict, as_list(answer))}


def folders(answer: Any) -> dict[int, str]:
    """Without those that cannot be reached."""
    rows = [row for row in map(as_dict, as_list(answer)) if row.get("accessible") is not False]
    return options("path", rows)


def movie(row: Any) -> Movie:
    document = as_dict(row)
    return Movie(
        id=number(document["id"]),
        tmdb_id=number(document["tmdbId"]),
        monitored=document.get("monitored") is True,
        has_file=document.get("hasFile") is True,
        whole=document,
    )


def series(row: Any) -> Series:
    document = as_dict(row)
    seasons = [_season(as_dict(season)) for season in as_list(document.get("seasons") or [])]
    tmdb_id = document.get("tmdbId")
    return Series(
        id=number(document["id"]),
        tvdb_id=number(document["tvdbId"]),
        tmdb_id=number(tmdb_id) if tmdb_id else None,
        monitored=document.get("monitored") is True,
        seasons={season.number: season for season in seasons},
        whole=document,
    )


def _season(row: Json) -> SeasonState:
    statistics = row.get("statistics")
    counts = statistics if isinstance(statistics, dict) else {}
    return SeasonState(
        number=number(row["seasonNumber"]),
        monitored=row.get("monitored") is True,
        files=number(counts.get("episodeFileCount") or 0),
        counted=number(counts.get("episodeCount") or 0),
        total=number(counts.get("totalEpisodeCount") or 0),
    )


def episode(row: Any) -> Episode:
    document = as_dict(row)
    return Episode(
        id=number(document["id"]),
        season=number(document["seasonNumber"]),
        monitored=document.get("monitored") is True,
        has_file=document.get("hasFile") is True,
        airs_at=moment(document.get("airDateUtc")),
    )


def changes(answer: Any, name: str) -> list[tuple[int, datetime]]:
    """Of a history: whose it is, and when."""
    found = []
    for row in map(as_dict, as_list(answer)):
        at = moment(row.get("date"))
        if at is not None and row.get(name):
            found.append((number(row[name]), at))
    return found


def complaints(body: Any) -> list[tuple[str, str, str]]:
    """Of a 400: the property, the rule and the words. Empty where it is not one of their own."""
    rows = body if isinstance(body, list) else []
    return [
        (
            str(row.get("propertyName") or ""),
            str(row.get("errorCode") or ""),
            words(row.get("errorMessage")),
        )
        for row in rows
        if isinstance(row, dict) and (row.get("propertyName") or row.get("errorMessage"))
    ]


def words(value: Any) -> str:
    return storable(value, longest=_LONGEST_WORDS) if isinstance(value, str) else ""


def moment(value: Any) -> datetime | None:
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 2**53:
        raise TypeError("not a number")
    return value
