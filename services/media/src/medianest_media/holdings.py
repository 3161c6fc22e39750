"""What the household's own library has of a title. It is believed before the backend, which hears of it later."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from medianest_common.contracts.media import Availability, MediaType, RequestStatus
from medianest_media.adapters.catalogue import FoundTitle, SeasonDetails, TitleDetails

FILM = 0
"""What stands for a film where a show has seasons."""
type Part = tuple[bool, int]
"""Of a title: whether in 4K, and the season, `FILM` for a film."""
_THERE = (Availability.AVAILABLE, Availability.PARTIALLY_AVAILABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """`gone` is what was there and is not any more. What was never there the library knows nothing about: it may be in
    another one that the backend knows.
    """

    there: bool = False
    gone: bool = False
    has_4k: bool = False
    """A copy of the film in 4K. Of shows the library does not say it."""
    seasons: Mapping[int, int] = field(default_factory=dict)
    """Episodes that are there, by season."""
    gone_seasons: frozenset[int] = frozenset()
    episodes: Mapping[int, int] = field(default_factory=dict)
    """Episodes that there are in the world, by season, as far as the backend has said."""

    def has_season(self, number: int) -> bool:
        """All of it. Where nobody knows how many episodes it has, nobody can say that."""
        wanted = self.episodes.get(number, 0)
        return wanted > 0 and self.seasons.get(number, 0) >= wanted

    def has_part_of(self, number: int) -> bool:
        return self.seasons.get(number, 0) > 0

    def lacks(self, number: int) -> bool:
        """Known not to be there, since it was."""
        return not self.has_part_of(number) and (self.gone or number in self.gone_seasons)

    @property
    def has_every_season(self) -> bool:
        regular = [number for number in self.episodes if number > 0]
        return bool(regular) and all(self.has_season(number) for number in regular)

    def of_request(
        self, media_type: MediaType, seasons: Iterable[int], *, is_4k: bool = False
    ) -> RequestStatus | None:
        """How far a request for this is fulfilled; None when the library says nothing of it."""
        if is_4k:
            return RequestStatus.AVAILABLE if self.has_4k else None
        if media_type is MediaType.MOVIE:
            return RequestStatus.AVAILABLE if self.there else None
        wanted = list(seasons)
        if wanted and all(self.has_season(number) for number in wanted):
            return RequestStatus.AVAILABLE
        if any(self.has_part_of(number) for number in wanted):
            return RequestStatus.PARTIALLY_AVAILABLE
        return None

    def found(self, title: FoundTitle) -> FoundTitle:
        return title.model_copy(update={"availability": self._of_title(title.media_type, title.availability)})

    def details(self, title: TitleDetails) -> TitleDetails:
        """In 4K the library knows films; for shows it is left as the backend says it."""
        in_4k = title.availability_4k
        if self.has_4k:
            in_4k = closer(in_4k, Availability.AVAILABLE)
        elif self.gone and title.media_type is MediaType.MOVIE:
            in_4k = _not_there(in_4k)
        return title.model_copy(
            update={
                "availability_4k": in_4k,
                "availability": self._of_title(title.media_type, title.availability),
                "seasons": tuple(self._season(season) for season in title.seasons),
            }
        )

    def _season(self, season: SeasonDetails) -> SeasonDetails:
        """Of a season that is there in part, the rest can still be asked for."""
        theirs = season.availability
        if self.has_season(season.number):
            theirs = closer(theirs, Availability.AVAILABLE)
        elif self.lacks(season.number):
            theirs = _not_there(theirs)
        return season.model_copy(
            update={"availability": theirs, "partly_here": self.has_part_of(season.number)}
        )

    def _of_title(self, media_type: MediaType, theirs: Availability) -> Availability:
        if not self.there:
            return _not_there(theirs) if self.gone else theirs
        if media_type is MediaType.MOVIE or self.has_every_season:
            return closer(theirs, Availability.AVAILABLE)
        if self.gone_seasons and theirs is Availability.AVAILABLE:
            return Availability.PARTIALLY_AVAILABLE
        has_some = any(self.seasons.values())
        return closer(theirs, Availability.PARTIALLY_AVAILABLE) if has_some else theirs


NOTHING_KNOWN = Holding()
_RANK = {
    Availability.NONE: 0,
    Availability.REQUESTED: 1,
    Availability.PROCESSING: 2,
    Availability.PARTIALLY_AVAILABLE: 3,
    Availability.AVAILABLE: 4,
    Availability.BLOCKED: 5,
}


def closer(one: Availability, other: Availability) -> Availability:
    """The one that is closer to the library; a block wins over all."""
    return max(one, other, key=_RANK.__getitem__)


def _not_there(theirs: Availability) -> Availability:
    return Availability.NONE if theirs in _THERE else theirs
