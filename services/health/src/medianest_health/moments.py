"""Times as whole numbers, for cursors."""

from datetime import UTC, datetime, timedelta

from medianest_common.paging import InvalidCursor

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def from_micros(count: int) -> datetime:
    try:
        return _EPOCH + count * _MICROSECOND
    except OverflowError:
        raise InvalidCursor("Start again from the first page.") from None
