"""Reading what TMDB tells of titles, seasons and people, in the camelCase in which Overseerr passes it on."""

import re
from collections.abc import Iterable
from typing import Any

from medianest_common.contracts.media import Availability, MediaType
from medianest_media.adapters.catalogue import (
    Cast,
    CreditedTitle,
    Crew,
    EpisodeDetails,
    FoundPerson,
    FoundTitle,
    NamedNumber,
    Offers,
    PersonDetails,
    ProviderDetails,
    Relation,
    SeasonEpisodes,
    Video,
)
from medianest_media.adapters.lenient import (
    Json,
    as_dict,
    as_list,
    day,
    each,
    fields_of,
    items_of,
    known_id,
    number,
)
from medianest_media.titles import image_path, storable, storable_title

RELATIONS: dict[Relation, str] = {"similar": "similar", "recommended": "recommendations"}
"""Their word for each, as part of an address."""

_YOUTUBE_KEY = re.compile(r"[\w-]{5,20}", re.ASCII)
_IMDB = re.compile(r"tt[0-9]{5,12}")
_MOST_CAST = 30
_MOST_CREW = 20
_MOST_TRAILERS = 10
_MOST_KEYWORDS = 30
_MOST_CREDITS = 100
_JOBS = ("Creator", "Director", "Screenplay", "Writer", "Novel", "Original Music Composer")


def found(item: Json) -> FoundTitle | FoundPerson:
    if item["mediaType"] == "person":
        return found_person(item)
    return found_title(item)


def found_title(item: Json, availability: Availability = Availability.NONE) -> FoundTitle:
    return FoundTitle(
        media_type=MediaType(item["mediaType"]),
        tmdb_id=known_id(item["id"]),
        title=title_of(item),
        year=year_of(item),
        overview=storable(str(item.get("overview") or "")),
        poster_path=image_path(item.get("posterPath")),
        availability=availability,
    )


def found_person(item: Json) -> FoundPerson:
    known_for = each("title", items_of(item.get("knownFor")), title_of)
    return FoundPerson(
        person_id=known_id(item["id"]),
        name=_name_of(item),
        department=_text(item.get("knownForDepartment")),
        known_for=tuple(known_for)[:5],
        photo_path=image_path(item.get("profilePath")),
    )


def title_of(item: Json) -> str:
    title = storable_title(str(item.get("title") or item.get("name") or ""))
    if not title:
        raise ValueError("a title without a name")
    return title


def year_of(item: Json) -> int | None:
    """Release dates are plain dates, at times empty; they are never moved through a time zone."""
    year = str(item.get("releaseDate") or item.get("firstAirDate") or "")[:4]
    return int(year) if year.isascii() and year.isdigit() and int(year) > 1800 else None


def cast(credits: Json) -> tuple[Cast, ...]:
    def read(row: Json) -> Cast:
        return Cast(
            person_id=known_id(row["id"]),
            name=_name_of(row),
            character=_text(row.get("character")),
            photo_path=image_path(row.get("profilePath")),
        )

    return tuple(each("cast", items_of(credits.get("cast")), read))[:_MOST_CAST]


def crew(answer: Json) -> tuple[Crew, ...]:
    """Who made it: creators first, then directors and writers; one entry for each person and job."""

    def read(row: Json) -> Crew:
        return Crew(
            person_id=known_id(row["id"]),
            name=_name_of(row),
            job=storable_title(str(row["job"])),
            photo_path=image_path(row.get("profilePath")),
        )

    creators = [
        {**row, "job": "Creator"} for row in items_of(answer.get("createdBy")) if isinstance(row, dict)
    ]
    others = items_of(fields_of(answer.get("credits")).get("crew"))
    rows = [row for row in [*creators, *others] if isinstance(row, dict) and row.get("job") in _JOBS]
    distinct = {(one.person_id, one.job): one for one in each("crew", rows, read)}
    return tuple(sorted(distinct.values(), key=lambda one: _JOBS.index(one.job)))[:_MOST_CREW]


def trailers(videos: Any) -> tuple[Video, ...]:
    """Of YouTube only, trailers before teasers."""
    rows = [row for row in items_of(videos) if isinstance(row, dict) and row.get("site") == "YouTube"]

    def read(row: Json) -> Video:
        if not _YOUTUBE_KEY.fullmatch(row["key"]):
            raise ValueError("not a video's key")
        return Video(youtube_key=row["key"], name=storable_title(str(row.get("name") or "")))

    kinds = [[row for row in rows if row.get("type") == kind] for kind in ("Trailer", "Teaser")]
    return tuple(each("video", [*kinds[0], *kinds[1]], read))[:_MOST_TRAILERS]


def keywords(rows: Any) -> tuple[str, ...]:
    names = each("keyword", items_of(rows), _name_of)
    return tuple(names)[:_MOST_KEYWORDS]


def votes(answer: Json) -> tuple[int, float | None]:
    count, average = answer.get("voteCount"), answer.get("voteAverage")
    if not isinstance(count, int) or isinstance(count, bool) or count <= 0:
        return 0, None
    if not isinstance(average, int | float) or isinstance(average, bool) or not 0 <= average <= 10:
        return min(count, 2**31), None
    return min(count, 2**31), round(float(average), 1)


def film_certification(rows: Any, *, region: str) -> str | None:
    """A film has one for each kind of release, most of them empty."""
    for row in _of_region(rows, region):
        for release in items_of(row.get("releaseDates") or row.get("release_dates")):
            if text := _text(fields_of(release).get("certification")):
                return text
    return None


def show_certification(rows: Any, *, region: str) -> str | None:
    return next((text for row in _of_region(rows, region) if (text := _text(row.get("rating")))), None)


def offers(row: Json, *, region: str) -> Offers:
    def some(kind: str) -> tuple[ProviderDetails, ...]:
        return providers(row.get(kind))

    link = row.get("link")
    is_tmdb = isinstance(link, str) and link.startswith("https://www.themoviedb.org/")
    return Offers(
        region=region,
        link=link if is_tmdb else None,
        stream=some("flatrate"),
        rent=some("rent"),
        buy=some("buy"),
    )


def providers(rows: Any) -> tuple[ProviderDetails, ...]:
    """The most used first."""

    def read(row: Json) -> tuple[int, ProviderDetails]:
        name = storable_title(str(row.get("providerName") or row["name"]))
        if not name:
            raise ValueError("a provider without a name")
        provider = ProviderDetails(
            id=known_id(row.get("providerId") or row["id"]),
            name=name,
            logo_path=image_path(row.get("logoPath")),
        )
        priority = row.get("displayPriority")
        return priority if isinstance(priority, int) else 1_000, provider

    found = sorted(each("provider", items_of(rows), read), key=lambda pair: pair[0])
    return tuple(provider for _, provider in found)


def genres(rows: Any) -> tuple[NamedNumber, ...]:
    return tuple(
        each("genre", as_list(rows), lambda row: NamedNumber(id=known_id(row["id"]), name=_name_of(row)))
    )


def season(answer: Json) -> SeasonEpisodes:
    of_season = number(answer["seasonNumber"])
    return SeasonEpisodes(
        number=of_season,
        name=storable_title(str(answer.get("name") or f"Season {of_season}")),
        overview=storable(str(answer.get("overview") or "")),
        air_date=day(answer.get("airDate")),
        poster_path=image_path(answer.get("posterPath")),
        episodes=tuple(each("episode", as_list(answer["episodes"]), _episode)),
    )


def person(answer: Json, credits: Json) -> PersonDetails:
    return PersonDetails(
        person_id=known_id(answer["id"]),
        name=_name_of(answer),
        biography=storable(str(answer.get("biography") or "")),
        department=_text(answer.get("knownForDepartment")),
        birthday=day(answer.get("birthday")),
        deathday=day(answer.get("deathday")),
        place_of_birth=_text(answer.get("placeOfBirth")),
        photo_path=image_path(answer.get("profilePath")),
        credits=_credits(credits),
    )


def minutes(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 100_000 else None


def imdb_id(value: Any) -> str | None:
    return value if isinstance(value, str) and _IMDB.fullmatch(value) else None


def tvdb_id(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 2**53 else None


def _credits(answer: Json) -> tuple[CreditedTitle, ...]:
    """What a person played in counts before what they did there; a title with several jobs is one."""
    rows = [*items_of(answer.get("cast")), *items_of(answer.get("crew"))]
    known = [row for row in rows if isinstance(row, dict) and row.get("mediaType") in ("movie", "tv")]
    known.sort(key=_how_known, reverse=True)

    def read(row: Json) -> CreditedTitle:
        return CreditedTitle(title=found_title(row), role=_text(row.get("character") or row.get("job")))

    distinct: dict[tuple[MediaType, int], CreditedTitle] = {}
    for credit in each("credit", known, read):
        distinct.setdefault((credit.title.media_type, credit.title.tmdb_id), credit)
    return tuple(distinct.values())[:_MOST_CREDITS]


def _how_known(row: Json) -> float:
    count = row.get("voteCount")
    return float(count) if isinstance(count, int | float) else 0.0


def _episode(row: Json) -> EpisodeDetails:
    of_season = number(row["episodeNumber"])
    return EpisodeDetails(
        number=of_season,
        name=storable_title(str(row.get("name") or f"Episode {of_season}")),
        overview=storable(str(row.get("overview") or "")),
        air_date=day(row.get("airDate")),
        runtime_minutes=minutes(row.get("runtime")),
        still_path=image_path(row.get("stillPath")),
    )


def _of_region(rows: Any, region: str) -> Iterable[Json]:
    for row in items_of(rows):
        if isinstance(row, dict) and (row.get("iso_3166_1") or row.get("iso31661")) == region:
            yield row


def of_region(rows: Any, region: str) -> Json:
    return next(iter(_of_region(rows, region)), {})


def _name_of(row: Json) -> str:
    name = storable_title(str(as_dict(row).get("name") or ""))
    if not name:
        raise ValueError("without a name")
    return name


def _text(value: Any) -> str | None:
    return storable_title(value) or None if isinstance(value, str) else None
