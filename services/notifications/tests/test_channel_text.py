"""Text that is made to fit: nothing that is one sign to the eye is taken apart, and whoever reads can read on."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medianest_notifications.adapters.channels import discord, telegram, writing
from medianest_notifications.adapters.channels.text import Cost, cut, one_line, plain, signs, utf8, utf16
from services.notifications.tests.channel_messages import FAMILY, HOSTILE, INBOX, SIGNS, digest, message

TEXT = st.text(alphabet=st.sampled_from(SIGNS + HOSTILE + "ab\n\u0301\u200d\ufe0f🏽"), max_size=400)
STYLES = [discord.STYLE, telegram.STYLE, writing.plain_style(utf8), writing.plain_style(utf16)]


@pytest.mark.parametrize(
    "text",
    ["🇩🇪🇫🇷", FAMILY, "👍🏽", "e\u0301", "❤️", "🏴\U000e0067\U000e0062\U000e007f", "한"],
    ids=ascii,
)
def test_what_is_one_sign_stays_whole(text: str) -> None:
    whole = list(signs(text))
    assert whole == (["🇩🇪", "🇫🇷"] if text.startswith("🇩🇪") else [text])
    assert cut(f"{text}!", utf16(text), utf16) in ("…", "🇩🇪…")


@given(text=TEXT, room=st.integers(2, 300), cost=st.sampled_from([len, utf8, utf16]))
def test_what_is_cut_fits_and_is_the_beginning(text: str, room: int, cost: Cost) -> None:
    room = max(room, 3)
    found = cut(text, room, cost)
    assert cost(found) <= room
    assert found == text or (found[-1] == "…" and text.startswith(found[:-1]))


@given(text=TEXT)
def test_signs_are_the_text(text: str) -> None:
    assert "".join(signs(text)) == text


def test_one_letter_with_a_thousand_accents_is_cut_too() -> None:
    found = cut("e" + "\u0301" * 1000 + "x", 50)
    assert len(found) == 50 and unicodedata.normalize("NFC", found).startswith("é")


def test_what_no_provider_carries_is_left_out() -> None:
    assert plain(" a\x00b\x1b[31m\ud800c\r\nd\u2028\n") == "ab[31mc\nd"
    assert one_line("a\r\nBcc: b\tc  d") == "a Bcc: b c d"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("room", [256, 1000, 4096])
@given(body=st.text(alphabet=st.sampled_from(SIGNS + HOSTILE), max_size=60), times=st.integers(0, 60))
@settings(max_examples=25, deadline=None)
def test_a_message_fits_and_says_where_the_rest_is(
    style: writing.Style, room: int, body: str, times: int
) -> None:
    text = writing.write(message(body=body * times), style, room, inbox=INBOX)
    assert style.count(text) <= room
    whole = writing.write(message(body=body * times), style, 10**9, inbox=INBOX)
    assert text == whole or (INBOX in text and "…" in text)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("count", [1, 3, 60])
def test_a_digest_holds_as_many_whole_parts_as_fit(style: writing.Style, count: int) -> None:
    text = writing.write(digest(count), style, 4096, inbox=INBOX)
    assert style.count(text) <= 4096
    assert "Film 0" in text and (count < 60 or INBOX in text)
    assert text.count("Film ") == text.count("/requests/")


def test_the_words_around_are_the_readers() -> None:
    style = writing.plain_style(len)
    assert "In MediaNest öffnen: https" in writing.write(message(locale="de-AT"), style, 500, inbox=INBOX)
    assert "Open in MediaNest: https" in writing.write(message(locale="xx"), style, 500, inbox=INBOX)
