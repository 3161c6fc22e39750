"""What a person asks for, checked against what can be known about the title at this moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from medianest_common.contracts.media import Availability, MediaType, RequestMedia, SeasonChoice
from medianest_common.errors import FieldError, Invalid
from medianest_media.adapters.backend import Rules
from medianest_media.adapters.catalogue import TitleDetails
from medianest_media.app import MediaApp
from medianest_media.errors import NotRequestable
from medianest_media.holdings import Holding
from medianest_media.keeping import TROUBLE
from medianest_media.mapping import WHY_NOT
from medianest_media.repository import read_known
from medianest_media.titles import placeholder
from medianest_media.use_cases.known_titles import title_details

FILM = 0
_MOST_SEASONS = 200
_HIGHEST_SEASON = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`seasons` is `FILM` alone for a film, and None for "all" while nobody can say which seasons there are."""

    title: str
    title_known: bool
    year: int | None
    poster_path: str | None
    seasons: tuple[int, ...] | None
    genres: tuple[str, ...] | None = None
    """None where nobody could say."""
    size: int | None = None
    """How many seasons the show has, without its specials; None where nobody could say, and for a film."""
    states: Mapping[int, Availability] = field(default_factory=dict)
    """What is known of each season: what our own library says, or nothing, when the backend could not be asked."""

    @property
    def free(self) -> tuple[int, ...] | None:
        """Those that nobody has and nobody has asked for past us."""
        if self.seasons is None:
            return None
        known = self.states.get
        return tuple(n for n in self.seasons if known(n, Availability.NONE) is Availability.NONE)


async def understand(app: MediaApp, command: RequestMedia) -> Wish:
    chosen = _readable_choice(command)
    try:
        details = await title_details(app, command.media_type, command.tmdb_id)
        rules = await app.backend.rules()
    except TROUBLE:
        return await _unchecked(app, command, chosen)
    if command.is_4k and not rules.allows_4k(command.media_type):
        raise NotRequestable(f"4K is not set up in {app.backend.called(command.media_type)}.")
    if details.availability is Availability.BLOCKED:
        raise NotRequestable(WHY_NOT[Availability.BLOCKED])
    if command.media_type is MediaType.MOVIE:
        states = {FILM: details.availability_in(is_4k=command.is_4k)}
    else:
        states = details.season_availability_in(is_4k=command.is_4k)
    return Wish(
        title=details.title,
        title_known=True,
        year=details.year,
        poster_path=details.poster_path,
        genres=details.genres,
        size=None if command.media_type is MediaType.MOVIE else len(details.regular_seasons),
        seasons=(FILM,) if command.media_type is MediaType.MOVIE else _seasons(details, rules, chosen),
        states=states,
    )


async def _unchecked(app: MediaApp, command: RequestMedia, chosen: SeasonChoice) -> Wish:
    """The backend does not answer: taken as it was asked for, with what is remembered of the title."""
    async with app.db.read() as connection:
        known = await read_known(connection, command.media_type, command.tmdb_id)
    if command.media_type is MediaType.MOVIE:
        seasons: tuple[int, ...] | None = (FILM,)
    elif chosen == "all":
        seasons = tuple(known.seasons) or None
    else:
        seasons = tuple(chosen)
    return Wish(
        title=known.title if known.title is not None else placeholder(command.media_type, command.tmdb_id),
        title_known=known.title is not None,
        year=known.year,
        poster_path=known.poster_path,
        seasons=seasons,
        states=_states(known.holding, command, seasons or ()),
    )


def _states(holding: Holding, command: RequestMedia, seasons: Iterable[int]) -> dict[int, Availability]:
    """What the library itself knows. It does not tell what is there in 4K."""
    if command.is_4k:
        return {}
    if command.media_type is MediaType.MOVIE:
        known = Availability.AVAILABLE if holding.there else Availability.NONE if holding.gone else None
        return {FILM: known} if known is not None else {}
    there = {n: Availability.AVAILABLE for n in seasons if holding.has_season(n)}
    return there | {n: Availability.NONE for n in seasons if holding.lacks(n)}


def _seasons(details: TitleDetails, rules: Rules, chosen: SeasonChoice) -> tuple[int, ...]:
    every = details.regular_seasons
    wanted = every if chosen == "all" else list(chosen)
    if not wanted:
        raise NotRequestable("No season of it has episodes yet.")
    if not {season.number for season in details.seasons}.issuperset(wanted):
        raise _bad_seasons("There is no such season, or it has no episodes yet.")
    if 0 in wanted and not rules.specials:
        raise NotRequestable("Specials are switched off in Overseerr.")
    if not rules.partial_requests and set(wanted) - {0} not in (set(), set(every)):
        raise NotRequestable("Only the whole show can be requested.")
    return tuple(wanted)


def _readable_choice(command: RequestMedia) -> SeasonChoice:
    """Without a choice it is the whole show."""
    if command.media_type is MediaType.MOVIE:
        if command.seasons not in (None, "all"):
            raise _bad_seasons("A film has no seasons.")
        return "all"
    if command.seasons is None or command.seasons == "all":
        return "all"
    chosen = sorted(set(command.seasons))
    if not chosen or len(chosen) > _MOST_SEASONS or chosen[0] < 0 or chosen[-1] > _HIGHEST_SEASON:
        raise _bad_seasons('Give the numbers of seasons, or "all".')
    return chosen


def _bad_seasons(message: str) -> Invalid:
    return Invalid(errors=[FieldError("seasons", message)])
