"""Which requests need no administrator: of the rules in their order, the first that fits decides."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.allowing import Fit, RuleAction
from medianest_media.models import ApprovalRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request as a rule looks at it. `genres` None means that nobody could say what kind of title it is, nor when it
    came out; `seasons` None that nobody could say how many the show has.

    All that it has count, however few are asked for: else a long show would be had bit by bit."""

    role: str
    user_id: UUID
    media_type: MediaType
    is_4k: bool
    genres: tuple[str, ...] | None
    year: int | None
    seasons: int | None


@dataclass(frozen=True, slots=True)
class Tried:
    rule: ApprovalRule
    fit: Fit
    because: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`rule` None: no rule fits, and an administrator is asked. With `Fit.UNKNOWN` it cannot be told yet which does:
    one that stands before all those that fit asks for something that is not known."""

    fit: Fit
    rule: ApprovalRule | None
    tried: tuple[Tried, ...]

    @property
    def approves(self) -> bool:
        return self.fit is Fit.YES and self.rule is not None and self.rule.action == RuleAction.APPROVE


def verdict(rules: Iterable[ApprovalRule], case: Case) -> Verdict:
    tried: list[Tried] = []
    for rule in rules:
        if not rule.enabled:
            continue
        fit, because = fitting(rule, case)
        tried.append(Tried(rule, fit, because))
        if fit is not Fit.NO:
            return Verdict(fit, rule, tuple(tried))
    return Verdict(Fit.NO, None, tuple(tried))


def fitting(rule: ApprovalRule, case: Case) -> tuple[Fit, str | None]:
    """A condition that surely does not fit settles it, whatever is unknown about the others."""
    answers = list(_conditions(rule, case))
    for fit in (Fit.NO, Fit.UNKNOWN):
        because = next((name for name, answer in answers if answer is fit), None)
        if because is not None:
            return fit, because
    return Fit.YES, None


def _conditions(rule: ApprovalRule, case: Case) -> Iterator[tuple[str, Fit]]:
    plain = (
        ("role", rule.role, case.role),
        ("person", rule.user_id, case.user_id),
        ("kind of title", rule.media_type, case.media_type),
        ("4K", rule.is_4k, case.is_4k),
    )
    for name, wanted, found in plain:
        if wanted is not None:
            yield name, _fit(wanted == found)
    if rule.genres:
        yield "genre", Fit.UNKNOWN if case.genres is None else _fit(_share(rule.genres, case.genres))
    if rule.year_from is not None or rule.year_to is not None:
        yield "year", _year(rule, case)
    if (rule.min_seasons is not None or rule.max_seasons is not None) and case.media_type is MediaType.TV:
        unknown = case.seasons is None
        yield (
            "seasons",
            Fit.UNKNOWN if unknown else _within(case.seasons, rule.min_seasons, rule.max_seasons),
        )


def _year(rule: ApprovalRule, case: Case) -> Fit:
    """A title without a year lies in no range, once it is known to have none."""
    if case.year is None:
        return Fit.UNKNOWN if case.genres is None else Fit.NO
    return _within(case.year, rule.year_from, rule.year_to)


def _within(value: int | None, low: int | None, high: int | None) -> Fit:
    return _fit(value is not None and (low is None or value >= low) and (high is None or value <= high))


def _share(wanted: Sequence[str], found: Sequence[str]) -> bool:
    return not {name.casefold() for name in wanted}.isdisjoint(name.casefold() for name in found)


def _fit(fits: bool) -> Fit:
    return Fit.YES if fits else Fit.NO
