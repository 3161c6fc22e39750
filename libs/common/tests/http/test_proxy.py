"""Calls that go through the operator's proxy."""

import ssl

import pytest

from medianest_common.errors import Unavailable
from medianest_common.http import AddressPolicy, OutgoingClient, Retry
from medianest_common.testing.fake_youtube import Channel, FakeYoutube


def client_of(youtube: FakeYoutube, url: str) -> OutgoingClient:
    return OutgoingClient(
        "YouTube",
        url,
        policy=AddressPolicy.USER,
        retry=Retry(attempts=1),
        tls=ssl.create_default_context(cafile=youtube.ca_file),
        proxy=youtube.proxy_url,
    )


async def test_a_proxy_may_be_where_the_system_itself_must_not_be(youtube: FakeYoutube) -> None:
    channel = youtube.add(Channel())

    async with client_of(youtube, "https://www.youtube.com") as client:
        answer = await client.request("GET", "/feeds/videos.xml", params={"channel_id": channel.id})

    assert channel.name.encode() in answer.body


async def test_what_the_proxy_does_not_let_through_is_not_reached_otherwise(youtube: FakeYoutube) -> None:
    async with client_of(youtube, "https://example.org") as client:
        with pytest.raises(Unavailable):
            await client.request("GET", "/")

    assert youtube.refused_hosts == ["example.org"]
