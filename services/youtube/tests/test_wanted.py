"""Which entries of lists are taken."""

from datetime import UTC, datetime
from typing import Any

import pytest

from medianest_common.clock import uuid7
from medianest_common.contracts.youtube import LinkKind
from medianest_youtube.following import is_old
from medianest_youtube.models import Subscription
from medianest_youtube.wanted import Filters, Skip, hindrance
from medianest_youtube.worker.lines import Entry

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
_DAY = 86_400


def entry(**more: Any) -> Entry:
    return Entry(**{"video_id": "video000001", "title": "A title"} | more)


@pytest.mark.parametrize(
    "told, reason",
    [
        ({}, None),
        ({"live_status": "not_live"}, None),
        ({"live_status": "was_live"}, None),
        ({"live_status": "is_upcoming"}, Skip.UPCOMING),
        ({"live_status": "is_live"}, Skip.LIVE),
        ({"live_status": "post_live"}, Skip.LIVE),
        ({"availability": "subscriber_only"}, Skip.MEMBERS_ONLY),
        ({"availability": "private"}, Skip.PRIVATE),
        ({"availability": "unlisted"}, None),
    ],
)
def test_what_a_list_tells_of_a_video(told: dict[str, Any], reason: Skip | None) -> None:
    assert hindrance(entry(**told)) is reason


@pytest.mark.parametrize(
    "filters, told, reason",
    [
        (Filters(includes=["ＮＥＷＳ"]), {"title": "The news"}, None),
        (Filters(includes=["straße"]), {"title": "Die STRASSE"}, None),
        (Filters(includes=["a  b"]), {"title": "x A B y"}, None),
        (Filters(includes=["b"]), {}, Skip.TITLE_NOT_INCLUDED),
        (Filters(includes=["title"], excludes=["a t"]), {}, Skip.TITLE_EXCLUDED),
        (Filters(min_seconds=90), {"short": True}, Skip.TOO_SHORT),
        (Filters(min_seconds=30), {"short": True}, None),
        (Filters(min_seconds=90), {}, None),
        (Filters(min_seconds=90), {"duration_seconds": 89.0}, Skip.TOO_SHORT),
        (Filters(max_seconds=90), {"duration_seconds": 90.0}, None),
        (Filters(max_seconds=90), {"duration_seconds": 91.0}, Skip.TOO_LONG),
    ],
)
def test_what_the_filters_refuse(filters: Filters, told: dict[str, Any], reason: Skip | None) -> None:
    assert filters.refuses(entry(**told)) is reason


@pytest.mark.parametrize(
    "kind, baseline, ordinal, days_after, old",
    [
        (LinkKind.CHANNEL, None, 3, None, True),
        (LinkKind.CHANNEL, None, 3, 1, False),
        (LinkKind.CHANNEL, 5, 5, None, True),
        (LinkKind.CHANNEL, 5, 6, None, False),
        (LinkKind.CHANNEL, 5, 6, -1, False),
        (LinkKind.CHANNEL, 5, 6, -400, True),
        (LinkKind.PLAYLIST, 5, 6, -400, False),
    ],
)
def test_what_is_new_to_somebody_who_wants_only_that(
    kind: LinkKind, baseline: int | None, ordinal: int, days_after: int | None, old: bool
) -> None:
    followed = Subscription(id=uuid7(), kind=kind, backfill="new_only", since=SINCE, baseline=baseline)
    published = None if days_after is None else int(SINCE.timestamp()) + days_after * _DAY
    seen = entry(published_at=published)

    assert is_old(followed, seen, ordinal=ordinal, position=0, window=None) is old
