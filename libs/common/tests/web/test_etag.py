"""A reader who has the present answer already is told so in a few bytes."""

import pytest

from libs.common.tests.web.portal import API, OWN_POLICY, Portal
from medianest_common.web.tags import etag_of, matching


async def test_an_answer_that_may_be_kept_has_a_tag_and_is_not_sent_twice(portal: Portal) -> None:
    async with portal.client(headers={"Accept-Encoding": "identity"}) as client:
        first = await client.get(f"{API}/kept")
        second = await client.get(f"{API}/kept", headers={"If-None-Match": first.headers["etag"]})
        other = await client.get(f"{API}/kept", headers={"If-None-Match": '"something-else"'})
    assert first.headers["cache-control"] == "private, max-age=60"
    assert second.status_code == 304
    assert second.content == b""
    assert second.headers["etag"] == first.headers["etag"]
    assert second.headers["cache-control"] == "private, max-age=60"
    assert second.headers["x-correlation-id"]
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["kept", "own-policy"])
async def test_what_is_kept_goes_on_under_the_policy_that_it_came_with(portal: Portal, path: str) -> None:
    async with portal.client(headers={"Accept-Encoding": "identity"}) as client:
        first = await client.get(f"{API}/{path}")
        again = await client.get(f"{API}/{path}", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers.get_list("content-security-policy") == [first.headers["content-security-policy"]]
    assert (first.headers["content-security-policy"] == OWN_POLICY) is (path == "own-policy")


async def test_each_encoding_has_its_own_tag_and_all_of_them_match(portal: Portal) -> None:
    async with portal.client() as client:
        plain = await client.get(f"{API}/kept", headers={"Accept-Encoding": "identity"})
        packed = await client.get(f"{API}/kept", headers={"Accept-Encoding": "gzip"})
        again = await client.get(
            f"{API}/kept", headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
        )
    assert packed.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'
    assert again.status_code == 304
    assert again.headers["etag"] == packed.headers["etag"]


async def test_tags_that_are_known_may_come_in_several_lines(portal: Portal) -> None:
    async with portal.client(headers={"Accept-Encoding": "identity"}) as client:
        tag = (await client.get(f"{API}/kept")).headers["etag"]
        lines = [(b"if-none-match", tag.encode()), (b"if-none-match", b'"another"')]
        assert (await client.get(f"{API}/kept", headers=lines)).status_code == 304
        assert (await client.get(f"{API}/kept", headers={"If-None-Match": "*"})).status_code == 304


async def test_head_tells_the_same_tag(portal: Portal) -> None:
    async with portal.client(headers={"Accept-Encoding": "identity"}) as client:
        tag = (await client.get(f"{API}/kept")).headers["etag"]
        assert (await client.head(f"{API}/kept")).headers["etag"] == tag
        again = await client.head(f"{API}/kept", headers={"If-None-Match": tag})
    assert (again.status_code, again.headers["etag"]) == (304, tag)


async def test_a_change_is_never_answered_with_304(portal: Portal) -> None:
    async with portal.client(headers={"If-None-Match": "*"}) as client:
        assert (await client.post(f"{API}/films", json={"title": "x"})).status_code == 201
        assert (await client.get(f"{API}/nowhere")).status_code == 404


@pytest.mark.parametrize("path", [f"{API}/nowhere", f"{API}/stream", "/health"])
async def test_failures_streams_and_probes_have_no_tag(portal: Portal, path: str) -> None:
    async with portal.client() as client:
        assert "etag" not in (await client.get(path)).headers


@pytest.mark.parametrize(
    "sent, fits",
    [
        (b'"%s"', True),
        (b'W/"%s"', True),
        (b'"a", "%s-br"', True),
        (b'"%s-zip"', False),
        (b"%s", False),
        (b"", False),
    ],
)
def test_tags_are_compared_as_rfc_9110_has_it(sent: bytes, fits: bool) -> None:
    tag = etag_of(b"body")
    value = sent.replace(b"%s", tag.strip(b'"'))
    assert (matching(value, tag) is not None) is fits


def test_a_star_matches_anything() -> None:
    assert matching(b"*", etag_of(b"body")) == etag_of(b"body")


def test_a_weak_tag_stays_weak_and_is_found_again() -> None:
    assert matching(b'W/"same"', b'W/"same"') == b'W/"same"'
    assert matching(b'W/"same-br"', b'W/"same"') == b'W/"same-br"'
    assert matching(b'W/"other"', b'W/"same"') is None
