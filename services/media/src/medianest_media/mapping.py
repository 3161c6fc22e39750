"""What the contracts show.

A request becomes JSON inside PostgreSQL, which costs a fraction of doing it here. This is the only place that says how,
for one request and for a page of them.
"""

from collections.abc import Mapping

from medianest_common.contracts.media import Availability, Season
from medianest_common.contracts.personal import NOBODY
from medianest_media.adapters.backend import Rules
from medianest_media.adapters.catalogue import SeasonDetails
from medianest_media.holdings import closer
from medianest_media.titles import POSTERS, poster_url


def json_moment(column: str) -> str:
    return f"""to_char({column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def json_object(fields: Mapping[str, str]) -> str:
    return f"json_build_object({', '.join(f"'{name}', {value}" for name, value in fields.items())})"


def _history_in(table: str) -> str:
    line = json_object(
        {"at": json_moment("h.at"), "status": "h.status", "actor": "h.actor_name", "reason": "h.reason"}
    )
    return f"(select json_agg({line} order by h.version) from {table} h where h.request_id = r.id)"  # noqa: S608


_STUCK = (
    "case when r.stuck_since is not null then 'It has been approved, and nobody has taken it up yet.' end"
)


_DOWNLOAD = f"""case when r.status in ('approved', 'processing', 'partially_available') then (
    select {
    json_object(
        {
            "percent": "d.percent",
            "size": "d.size",
            "left": "d.left_bytes",
            "eta": json_moment("d.eta"),
            "state": "d.status",
            "trouble": "d.trouble",
            "items": "d.items",
        }
    )
} from request_downloads d where d.request_id = r.id
) end"""  # noqa: S608


_FETCHED_BY = """case
    when r.backend like 'overseerr%' then 'Overseerr'
    when r.backend = 'manual' then 'An administrator'
    when r.backend = 'direct' then case when r.backend_id is not null then
        case r.media_type when 'movie' then 'Radarr' else 'Sonarr' end || case when r.is_4k then ' 4K' else '' end
    end
end"""


def _request(history: str, **shown_instead: str) -> str:
    return json_object(
        {
            "id": "r.id",
            "mediaType": "r.media_type",
            "tmdbId": "r.tmdb_id",
            "title": "r.title",
            "year": "r.year",
            "posterUrl": f"'{POSTERS}' || r.poster_path",
            "is4k": "r.is_4k",
            "seasons": "r.seasons",
            "source": "r.source",
            "status": "r.status",
            "statusSince": json_moment("r.status_since"),
            "statusReason": f"coalesce(r.waiting_reason, {_STUCK}, r.status_reason)",
            "note": "r.note",
            "requestedBy": json_object({"id": "p.id", "name": "p.name"}),
            "createdAt": json_moment("r.created_at"),
            "updatedAt": json_moment("r.updated_at"),
            "fetchedBy": _FETCHED_BY,
            "checkedAt": json_moment("r.checked_at"),
            "stuckSince": json_moment("r.stuck_since"),
            "download": _DOWNLOAD,
            "history": history,
            **shown_instead,
        }
    )


REQUEST_IN_LIST = _request("null::json")
"""Of a row `r` of requests and its row `p` of people."""

REQUEST_WITH_HISTORY = _request(_history_in("request_history"))

REQUEST_JUST_MADE = _request(_history_in("lines"))
"""With the `lines` of its history, which the statement that writes them does not see in their table."""

_PUBLIC_REASON = (
    "case r.status when 'failed' then 'It could not be fetched.' when 'available' then r.status_reason end"
)
_SOMEBODY = json_object({"id": f"cast('{NOBODY}' as uuid)", "name": "'Somebody'"})
_WHO = f"case when :names_shown then {json_object({'id': 'p.id', 'name': 'p.name'})} else {_SOMEBODY} end"
_PUBLIC_HISTORY = f"""(
    select json_agg({
    json_object({"at": json_moment("h.at"), "status": "h.status", "actor": "null", "reason": "null"})
} order by h.version) from request_history h where h.request_id = r.id
)"""  # noqa: S608

REQUEST_AS_FOLLOWED = _request(
    _PUBLIC_HISTORY,
    note="null",
    statusReason=_PUBLIC_REASON,
    requestedBy=_WHO,
    source="'portal'",
)
"""What somebody sees of another's request: neither the note nor what was said to them; a name by `:names_shown`."""

WHY_NOT = {
    Availability.REQUESTED: "It has been requested already.",
    Availability.PROCESSING: "It is being fetched already.",
    Availability.AVAILABLE: "It is in the library already.",
    Availability.BLOCKED: "An administrator has blocked it.",
}


def to_season(season: SeasonDetails, *, claimed: bool, rules: Rules) -> Season:
    availability = closer(season.availability, Availability.REQUESTED) if claimed else season.availability
    reason = WHY_NOT.get(availability)
    if reason is None and season.number == 0 and not rules.specials:
        reason = "Specials are switched off in Overseerr."
    if reason is None and season.number > 0 and not rules.partial_requests:
        reason = "Only the whole show can be requested."
    return Season(
        number=season.number,
        name=season.name,
        episode_count=season.episode_count,
        air_date=season.air_date,
        poster_url=poster_url(season.poster_path),
        availability=closer(availability, Availability.PARTIALLY_AVAILABLE)
        if season.partly_here
        else availability,
        requestable=reason is None,
        reason=reason,
    )
