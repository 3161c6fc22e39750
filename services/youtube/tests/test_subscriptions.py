"""Channels and playlists that are followed, on a pretend YouTube with the real yt-dlp."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from medianest.testing import eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.youtube.subscriptions import (
    Backfill,
    ChangeSubscription,
    CheckSubscription,
    GetSubscription,
    ListSubscriptions,
    Subscribe,
    Subscription,
    SubscriptionBody,
    SubscriptionChoices,
)
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_youtube import Channel, Playlist, Video, numbered
from services.youtube.tests.conftest import Home, Person
from services.youtube.tests.lists import (
    CHANNEL_ID,
    LIST_ID,
    call_reader,
    hold_downloads,
    told,
    wishes,
)

CHANNEL = f"https://www.youtube.com/channel/{CHANNEL_ID}"


def channel(home: Home, count: int) -> Channel:
    """Its newest video is the one with the highest number."""
    return home.youtube.add(
        Channel(id=CHANNEL_ID, name="Somebody", handle="@somebody", videos=numbered(count)[::-1])
    )


def upload(channel: Channel, number: int, **more: Any) -> Video:
    video = Video(
        id=f"upload{number:05d}", title=more.pop("title", f"Upload {number}"), channel=channel, **more
    )
    channel.videos.insert(0, video)
    return video


async def follow(home: Home, person: Person, url: str = CHANNEL, **choices: Any) -> Subscription:
    """Returns when the first look is over."""
    made = await person.call(Subscribe(subscription=SubscriptionBody(url=url, **choices)))
    return await looked(home, person, made.id)


async def looked(
    home: Home, person: Person, subscription_id: UUID, *, after: Subscription | None = None
) -> Subscription:
    async def seen() -> Subscription | None:
        now = await person.call(GetSubscription(id=subscription_id))
        before = after.last_checked_at if after else None
        return now if now.last_checked_at and now.last_checked_at != before else None

    return await eventually(seen)


async def next_look(home: Home, person: Person, before: Subscription) -> Subscription:
    """The hour passes."""
    home.clock.advance(70 * 60)
    await call_reader(home)
    return await looked(home, person, before.id, after=before)


async def videos_of(home: Home, person: Person) -> list[str]:
    return [video for video, _ in await wishes(home, person)]


def ids(videos: Sequence[Video]) -> list[str]:
    return [video.id for video in videos]


def pages_read(home: Home) -> list[str]:
    """What was asked of YouTube besides its feeds."""
    return [each.path for each in home.youtube.requests if not each.path.startswith("/feeds/")]


async def test_only_what_is_new_is_taken_unless_more_is_wanted(home: Home) -> None:
    await hold_downloads(home)
    theirs = channel(home, 40)

    followed = await follow(home, home.owner)

    assert followed.title == "Somebody"
    assert followed.skipped == {"older_than_start": 40}
    assert await videos_of(home, home.owner) == []
    new = upload(theirs, 1)
    followed = await next_look(home, home.owner, followed)
    assert await videos_of(home, home.owner) == [new.id]
    assert followed.downloads == 1


@pytest.mark.parametrize("backfill", [Backfill.LAST, Backfill.ALL])
async def test_of_what_was_there_the_newest_or_all(home: Home, backfill: Backfill) -> None:
    await hold_downloads(home)
    theirs = channel(home, 40)

    count = 5 if backfill is Backfill.LAST else None
    await follow(home, home.owner, backfill=backfill, backfill_count=count)

    assert await videos_of(home, home.owner) == ids(theirs.videos[:count])


async def test_the_newest_of_a_playlist_are_at_its_end(home: Home) -> None:
    await hold_downloads(home)
    playlist = home.youtube.add(Playlist(id=LIST_ID, videos=numbered(70)))

    followed = await follow(home, home.owner, playlist.url, backfill=Backfill.LAST, backfill_count=3)

    assert await videos_of(home, home.owner) == ids(playlist.videos[-3:])
    assert followed.skipped == {"older_than_start": 67}
    new = Video(id="latecomer01", title="Late")
    playlist.videos.append(new)
    await next_look(home, home.owner, followed)
    assert await videos_of(home, home.owner) == [*ids(playlist.videos[67:70]), new.id]


async def test_a_feed_without_news_is_all_that_is_asked_for(home: Home) -> None:
    await hold_downloads(home)
    channel(home, 40)
    followed = await follow(home, home.owner)
    before = len(pages_read(home))

    await next_look(home, home.owner, followed)

    assert pages_read(home)[before:] == []
    assert home.youtube.requests[-1].query == {"channel_id": CHANNEL_ID}


async def test_what_a_quick_look_finds_stands_before_what_was_there(home: Home) -> None:
    """A collection is in this order, and the newest of a channel are its first."""
    await hold_downloads(home)
    about = channel(home, 3)
    followed = await follow(home, home.owner)
    for number in (1, 2):
        upload(about, number)
    followed = await next_look(home, home.owner, followed)
    upload(about, 3)
    await next_look(home, home.owner, followed)

    assert [row[0] for row in await home.rows("select count(*) from subscriptions where cursor = 0")] == [1]
    ordered = await home.rows("select video_id from list_entries order by position, ordinal")
    new = [f"upload{number:05d}" for number in (3, 2, 1)]
    assert [video for (video,) in ordered] == [*new, *(f"video{number:06d}" for number in (3, 2, 1))]


async def test_more_news_than_a_feed_holds_are_all_found(home: Home) -> None:
    await hold_downloads(home)
    theirs = channel(home, 10)
    followed = await follow(home, home.owner)
    new = [upload(theirs, number) for number in range(1, 31)]

    await next_look(home, home.owner, followed)

    assert sorted(await videos_of(home, home.owner)) == sorted(ids(new))


async def test_without_a_feed_the_list_itself_is_looked_at(home: Home) -> None:
    await hold_downloads(home)
    theirs = channel(home, 10)
    followed = await follow(home, home.owner)
    new = upload(theirs, 1)
    home.youtube.pages.path, home.youtube.pages.status = "/feeds/", 404

    await next_look(home, home.owner, followed)

    assert await videos_of(home, home.owner) == [new.id]


async def test_what_the_filters_refuse_is_counted_by_reason(home: Home) -> None:
    """TubeSync #478: everything was skipped, and nobody could see why."""
    await hold_downloads(home)
    theirs = channel(home, 0)
    upload(theirs, 1, title="Weekly NEWS one", seconds=30)
    upload(theirs, 2, title="Weekly news two", seconds=5)
    upload(theirs, 3, title="Weekly news three, a TRAILER", seconds=30)
    upload(theirs, 4, title="Something else", seconds=30)
    upload(theirs, 5, title="Weekly news four", seconds=70)

    followed = await follow(
        home,
        home.owner,
        backfill=Backfill.ALL,
        title_includes=["weekly  news"],
        title_excludes=["trailer"],
        min_seconds=10,
        max_seconds=60,
    )

    assert await videos_of(home, home.owner) == ["upload00001"]
    assert followed.skipped == {
        "too_short": 1,
        "too_long": 1,
        "title_excluded": 1,
        "title_not_included": 1,
    }


async def test_other_wishes_hold_from_the_next_look_on(home: Home) -> None:
    await hold_downloads(home)
    theirs = channel(home, 20)
    followed = await follow(home, home.owner)

    choices = SubscriptionChoices(backfill=Backfill.LAST, backfill_count=4, title_excludes=["Episode 19"])
    changed = await home.owner.call(ChangeSubscription(id=followed.id, choices=choices))
    followed = await next_look(home, home.owner, followed)

    assert (changed.backfill, changed.backfill_count) == (Backfill.LAST, 4)
    assert changed.profile == followed.profile
    wanted = [video.id for video in theirs.videos[:4] if video.title != "Episode 19"]
    assert await videos_of(home, home.owner) == wanted


async def test_what_somebody_has_deleted_does_not_come_back(home: Home) -> None:
    """Pinchflat #805: what was deleted in the media server was downloaded again."""
    await hold_downloads(home)
    theirs = channel(home, 3)
    followed = await follow(home, home.owner, backfill=Backfill.ALL)
    gone = theirs.videos[0].id
    await home.change("update assets set status = 'removed' where video_id = :id", id=gone)
    await home.change(
        "update downloads set ended_at = now() where asset_id in (select id from assets where video_id = :id)",
        id=gone,
    )
    await home.change(
        "insert into tombstones (video_id, reason, at) values (:id, 'gone_from_plex', now())", id=gone
    )

    await home.owner.call(CheckSubscription(id=followed.id))
    await looked(home, home.owner, followed.id, after=followed)
    home.clock.advance(25 * 3600)
    await call_reader(home)
    followed = await looked(home, home.owner, followed.id, after=followed)

    assert gone not in await videos_of(home, home.owner)
    assert await home.rows("select status from assets where video_id = :id", id=gone) == [("removed",)]


async def test_what_had_not_begun_is_looked_at_again_though_the_feed_has_no_news(home: Home) -> None:
    await hold_downloads(home)
    theirs = channel(home, 3)
    followed = await follow(home, home.owner)
    premiere = upload(theirs, 1)
    followed = await next_look(home, home.owner, followed)
    # As the list shows it before it begins.
    await home.change(
        "update list_entries set availability = 'upcoming' where video_id = :id", id=premiere.id
    )
    await home.change("delete from downloads")
    await home.change("delete from assets")

    await next_look(home, home.owner, followed)

    assert await videos_of(home, home.owner) == [premiere.id]


async def test_several_who_follow_one_list_share_its_videos(home: Home) -> None:
    await hold_downloads(home)
    frida = await home.friend()
    theirs = channel(home, 5)
    hers = await follow(home, frida)
    mine = await follow(home, home.owner)
    new = upload(theirs, 1)

    home.clock.advance(70 * 60)
    await looked(home, frida, hers.id, after=hers)
    await looked(home, home.owner, mine.id, after=mine)

    assert await videos_of(home, frida) == await videos_of(home, home.owner) == [new.id]
    assert await home.rows("select count(*) from assets") == [(1,)]
    assert await home.rows("select count(*) from downloads where counted_at is not null") == [(0,)]


async def test_a_list_that_is_gone_is_told_once_and_looked_at_again(home: Home) -> None:
    """Pinchflat #706: a subscription stood still for days, and nobody was told."""
    await hold_downloads(home)
    playlist = home.youtube.add(Playlist(id=LIST_ID, title="Songs", videos=numbered(2)))
    followed = await follow(home, home.owner, playlist.url)
    playlist.refusal = "This playlist is private."
    home.clock.advance(25 * 3600)
    await call_reader(home)

    [event] = await told(home, "subscriptionId", str(followed.id), "code")
    assert (event["code"], event["title"]) == ("PRIVATE", "Songs")
    failing = await home.owner.call(GetSubscription(id=followed.id))
    assert failing.failure is not None
    assert failing.failure.message == "This list is private. Its owner can make it public or unlisted."
    home.clock.advance(25 * 3600)
    await call_reader(home)

    async def failed_twice() -> bool:
        return await home.rows("select failures from subscriptions") == [(2,)]

    await eventually(failed_twice)
    playlist.refusal = None
    home.clock.advance(25 * 3600)
    await call_reader(home)
    well = await looked(home, home.owner, followed.id, after=followed)
    assert well.failure is None
    assert len(await told(home, "subscriptionId", str(followed.id), "code")) == 1


@pytest.mark.long
async def test_a_subscription_goes_on_where_its_reader_was_killed(home: Home) -> None:
    await hold_downloads(home)
    theirs = channel(home, 130)
    followed = await follow(home, home.owner, backfill=Backfill.ALL)
    # As a service leaves it that is killed after the first page of the first look.
    await home.change("delete from downloads")
    await home.change(
        "update subscriptions set cursor = 50, reading_since = since, baseline = null, last_full_at = null,"
        " lease_until = now(), next_check_at = since"
    )

    await looked(home, home.owner, followed.id, after=followed)

    assert await videos_of(home, home.owner) == ids(theirs.videos[50:])


async def test_only_a_list_can_be_followed_and_only_once(home: Home) -> None:
    channel(home, 1)
    first = await follow(home, home.owner)

    with pytest.raises(RemoteError) as twice:
        await home.owner.call(Subscribe(subscription=SubscriptionBody(url=CHANNEL)))
    with pytest.raises(RemoteError) as a_video:
        await home.owner.call(Subscribe(subscription=SubscriptionBody(url="https://youtu.be/video000001")))
    without = SubscriptionBody(url=CHANNEL + "/videos", backfill=Backfill.LAST)
    with pytest.raises(RemoteError) as without_count:
        await home.owner.call(Subscribe(subscription=without))

    assert a_video.value.code == "UNSUPPORTED_URL"
    assert twice.value.code == "ALREADY_SUBSCRIBED"
    assert twice.value.extra["subscriptionId"] == str(first.id)
    assert without_count.value.errors is not None
    assert without_count.value.errors[0].field == "backfillCount"


async def test_of_two_that_become_the_same_at_once_one_stays_what_it_was(home: Home) -> None:
    channel(home, 1)
    profiles = [uuid7() for _ in range(3)]
    for profile in profiles:
        await home.change(
            "insert into profiles (id, name, choices, updated_at) values (:id, :name, '{}', :now)",
            id=profile,
            name=str(profile),
            now=home.clock.now(),
        )
    followed = [await follow(home, home.owner, profile_id=profile) for profile in profiles[:2]]
    choices = SubscriptionChoices(profile_id=profiles[2])

    answers = await asyncio.gather(
        *(home.owner.call(ChangeSubscription(id=each.id, choices=choices)) for each in followed),
        return_exceptions=True,
    )

    refused = [answer for answer in answers if isinstance(answer, RemoteError)]
    assert [error.code for error in refused] == ["ALREADY_SUBSCRIBED"]


async def test_a_collection_has_a_name(home: Home) -> None:
    channel(home, 1)
    followed = await follow(home, home.owner, collection=" Trains ")

    assert followed.collection == "Trains"
    with pytest.raises(RemoteError) as blank:
        await home.owner.call(
            ChangeSubscription(id=followed.id, choices=SubscriptionChoices(collection="  "))
        )
    assert blank.value.errors is not None
    assert blank.value.errors[0].field == "collection"


async def test_others_do_not_see_it_and_cannot_change_it(home: Home) -> None:
    frida, gustav = await home.friend(), await home.friend("Gustav")
    channel(home, 1)
    hers = await follow(home, frida)

    for message in (
        GetSubscription(id=hers.id),
        CheckSubscription(id=hers.id),
        ChangeSubscription(id=hers.id, choices=SubscriptionChoices()),
    ):
        with pytest.raises(RemoteError) as hidden:
            await gustav.call(message)
        assert hidden.value.status == 404

    assert (await gustav.call(ListSubscriptions())).items == []
    assert [each.id for each in (await home.owner.call(ListSubscriptions())).items] == [hers.id]
    assert (await home.owner.call(ListSubscriptions(mine=True))).items == []
