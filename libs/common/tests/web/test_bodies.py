"""Bodies are JSON and nothing else, and JSON that means the same to everybody."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.tests.web.portal import API, Portal
from medianest_common.errors import Invalid, MediaNestError
from medianest_common.web.strict_json import DEEPEST, check_json

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "application/merge-patch+json",
        "application/json; charset=utf-16",
        "",
    ],
)
async def test_33_other_content_types_are_415(portal: Portal, content_type: str) -> None:
    """Attack 33: what a form of another site can send without asking."""
    async with portal.client(headers={"Content-Type": content_type}) as client:
        answer = await client.post(f"{API}/films", content=b'{"title":"x"}')
    assert answer.status_code == 415
    assert portal.created == []


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON", "application/json; charset=UTF-8"]
)
async def test_json_is_taken_in_all_its_spellings(portal: Portal, content_type: str) -> None:
    async with portal.client(headers={"Content-Type": content_type}) as client:
        assert (await client.post(f"{API}/films", content=b'{"title":"x"}')).status_code == 201


@pytest.mark.parametrize(
    "body, status",
    [
        (b'{"title":"\\ud800"}', 422),
        (b'{"title":"\\udc00\\ud800"}', 422),
        (b'{"\\ud800":1}', 422),
        (b'{"title":"a\\u0000b"}', 422),
        (b'{"title":"x","a\\u0000":1}', 422),
        (b'{"title":"a\x00b"}', 400),
        (b'{"title":"\\ud83c\\udfac"}', 201),
        (b'{"title":"x","year":NaN}', 400),
        (b'{"title":"x","year":Infinity}', 400),
        (b'{"title":"x","year":-Infinity}', 400),
        (b'{"title":"x","year":1e400}', 400),
        (b'{"title":"x","year":2000.0}', 422),
        (b'{"title":"x","year":"2000"}', 422),
        (b'{"title":"x","year":true}', 422),
        (b'{"title":"x","year":9223372036854775808}', 422),
        (b'{"title":"x","year":' + b"9" * 23 + b"}", 422),
        (b'{"title":"x","year":' + b"9" * 5000 + b"}", 422),
        (b'{"title":"x","year":+1}', 400),
        (b'{"title":"x","year":1_0}', 400),
        (b'{"title":"x","year":01}', 400),
        (b'{"title":"a","title":"b"}', 400),
        (b'{"title":"x"', 400),
        (b"{'title':'x'}", 400),
        (b'{"title":"\xff"}', 400),
        (b"\xef\xbb\xbf" + b'{"title":"x"}', 400),
        ('{"title":"x"}'.encode("utf-16"), 400),
        ('{"title":"x"}'.encode("utf-32"), 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400),
        (b'{"title":"' + b"[" * 150 + b'"}', 201),
        (b"null", 422),
        (b"[]", 422),
        (b"7", 422),
        (b" ", 400),
    ],
)
async def test_85_86_87_89_what_python_alone_would_let_pass(portal: Portal, body: bytes, status: int) -> None:
    """Attacks 85, 86, 87 and 89: refused before a route sees it, and never a 500."""
    async with portal.client(headers=JSON) as client:
        answer = await client.post(f"{API}/films", content=body)
    assert answer.status_code == status, answer.text


async def test_a_body_that_is_missing_is_422(portal: Portal) -> None:
    async with portal.client(headers=JSON) as client:
        assert (await client.post(f"{API}/films")).status_code == 422


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
        max_leaves=20,
    )
)
def test_whatever_can_be_stored_is_read_as_it_was_written(value: object) -> None:
    text = json.dumps(value)
    if "\\u0000" in text or any("\ud800" <= c <= "\udfff" for c in json.dumps(value, ensure_ascii=False)):
        return
    assert check_json(text.encode()) == value


@pytest.mark.parametrize(
    "text", ["\\ud800", "\\udc00\\ud800", "\\u0000", "a\\u0000b"], ids=["half", "turned", "nul", "inside"]
)
@pytest.mark.parametrize(
    "body", ['"%s"', '["%s"]', '{"a":{"b":["%s"]}}', '{"%s":1}'], ids=["text", "list", "deep", "name"]
)
def test_85_86_text_that_cannot_be_kept_is_refused_wherever_it_stands(body: str, text: str) -> None:
    """Also where no contract says what a text may hold."""
    with pytest.raises(Invalid):
        check_json((body % text).encode())


@given(st.binary(max_size=200))
def test_bytes_are_a_value_or_a_refusal_and_nothing_else(body: bytes) -> None:
    refused: MediaNestError | None = None
    try:
        check_json(body)
    except MediaNestError as error:
        refused = error
    assert refused is None or refused.status in (400, 422)


def test_depth_is_counted_outside_of_strings_only() -> None:
    assert check_json(b'["' + b"[" * 500 + b'\\""]')
    check_json(b"[" * DEEPEST + b"]" * DEEPEST)
    with pytest.raises(MediaNestError):
        check_json(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1))
