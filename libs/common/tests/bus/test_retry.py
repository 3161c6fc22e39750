"""How often what fails is tried again, and when that is over."""

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from medianest_common.bus.retry import OUTAGE_SCHEDULE, SCHEDULE, is_outage, next_delay


class _Refused(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def refused(sqlstate: str) -> DBAPIError:
    original: Any = _Refused(sqlstate)
    return DBAPIError("select 1", {}, original)


@pytest.mark.parametrize("sqlstate", ["57014", "55P03"])
def test_what_met_a_limit_of_the_database_waits_for_a_day_and_not_for_ever(sqlstate: str) -> None:
    error = refused(sqlstate)
    assert is_outage(error)
    waits: list[float] = []
    while (wait := next_delay(error, attempt=len(waits) + 1)) is not None:
        waits.append(wait)
    assert 24 <= sum(waits) / 3_600 < 25
    assert waits[: len(OUTAGE_SCHEDULE)] == list(OUTAGE_SCHEDULE)


def test_what_meets_a_limit_after_an_outage_of_half_a_day_still_has_attempts() -> None:
    assert next_delay(refused("57014"), attempt=12 * 3_600 // 30) == OUTAGE_SCHEDULE[-1]


@pytest.mark.parametrize("sqlstate", ["57P01", "08006", "53300", "40P01"])
def test_an_outage_is_waited_for_without_end(sqlstate: str) -> None:
    assert next_delay(refused(sqlstate), attempt=100_000) == OUTAGE_SCHEDULE[-1]


def test_a_row_that_cannot_be_is_given_up_soon() -> None:
    error = refused("23505")
    assert not is_outage(error)
    assert [next_delay(error, attempt=number) for number in range(1, 7)] == [*SCHEDULE, None]
