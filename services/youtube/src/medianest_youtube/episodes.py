"""Numbers of episodes: given once, never changed, never given twice."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.db import Transaction
from medianest_youtube.models import Episode, ListEntry
from medianest_youtube.naming import number_within_day

PLAYLIST_SEASON = 1


class Number(NamedTuple):
    """`within_day` counts within the day, from 1; of a playlist's show it is the episode itself.

    `day` is the one that the number was given for: it stays in the name, even if YouTube tells of another one later.
    """

    season: int
    episode: int
    within_day: int
    day: date


async def allocate_episode(tx: Transaction, *, show_id: str, video_id: str, published_on: date) -> Number:
    """In a channel's show: the year is the season, month and day with a number within the day the episode."""
    await _alone_with(tx, show_id)
    known = await _known(tx, show_id, video_id)
    if known is not None:
        return _read(known.season, known.episode)
    taken = set(
        await tx.session.scalars(
            select(Episode.episode).where(Episode.show_id == show_id, Episode.season == published_on.year)
        )
    )
    index = next(index for index in range(1, len(taken) + 2) if _numbered(published_on, index) not in taken)
    episode = _numbered(published_on, index)
    await _give(tx, show_id, video_id, season=published_on.year, episode=episode)
    return Number(published_on.year, episode, index, published_on)


async def allocate_place_in_list(
    tx: Transaction, *, list_id: str, video_id: str, published_on: date
) -> Number | None:
    """In a playlist's show: the order of first sight. None where the list does not hold the video."""
    await _alone_with(tx, list_id)
    known = await _known(tx, list_id, video_id)
    if known is not None:
        return Number(known.season, known.episode, known.episode, published_on)
    statement = select(ListEntry.ordinal).where(ListEntry.list_id == list_id, ListEntry.video_id == video_id)
    ordinal = (await tx.session.execute(statement)).scalar_one_or_none()
    if ordinal is None:
        return None
    await _give(tx, list_id, video_id, season=PLAYLIST_SEASON, episode=ordinal)
    return Number(PLAYLIST_SEASON, ordinal, ordinal, published_on)


def _numbered(day: date, index: int) -> int:
    """As it is written in the name: 0305 and 01 are 30501."""
    return int(f"{day.month}{day.day:02}{number_within_day(index)}")


def _read(season: int, episode: int) -> Number:
    # Three or four digits of the day and two within it, or four.
    digits = 2 if episode < 1_000_000 else 4
    day, within_day = divmod(episode, 10**digits)
    return Number(season, episode, within_day, date(season, day // 100, day % 100))


async def _alone_with(tx: Transaction, show_id: str) -> None:
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"episodes {show_id}", 0))
    await tx.session.execute(select(lock))


async def _known(tx: Transaction, show_id: str, video_id: str) -> Episode | None:
    return await tx.session.get(Episode, (show_id, video_id))


async def _give(tx: Transaction, show_id: str, video_id: str, *, season: int, episode: int) -> None:
    await tx.session.execute(
        upsert(Episode).values(show_id=show_id, video_id=video_id, season=season, episode=episode)
    )
