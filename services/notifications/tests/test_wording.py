"""Every type of notification, in every language: the words people read, and that nothing they type becomes more."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_notifications.rendering import ANY, INBOX, LOCALES, Rendered, render
from medianest_notifications.rendering.catalogue import built_in
from medianest_notifications.rendering.context import context_of
from medianest_notifications.rendering.render import said
from medianest_notifications.rendering.samples import SAMPLES, variables_of_type
from medianest_notifications.rendering.sandbox import variables_of
from medianest_notifications.rendering.text import clean, cut
from medianest_notifications.rendering.words import best_locale, words_of

GOLDEN = Path(__file__).with_name("golden_wording.json")
TYPES = [each.value for each in NotificationType]
HOSTILE = [
    "{{ 7*7 }}{% for x in y %}",
    "<script>alert(1)</script>",
    "@everyone <@&1>",
    "[x](javascript:alert(1))",
    "\u202egnp.exe\u2069\u202e",
    "a\x00b\ud800c",
    "x" * 1_000_000,
    "🎬" * 3000,
    "a\r\nBcc: all@example.org",
    "{who} {} %s ${x} $&",
]
_MACHINE_WORDS = re.compile(r"(\w+) \| (?:word|date|time|moment)|if (\w+) ==")
"""Values that no person types."""


def _all_said(locale: str) -> Iterator[tuple[str, Rendered]]:
    for kind in TYPES:
        channels = [INBOX, *sorted(c for t, c in built_in(locale) if t == kind and c != ANY)]
        for channel in channels:
            wording = built_in(locale).get((kind, channel)) or built_in(locale)[kind, ANY]
            for number, values in enumerate(SAMPLES[kind]):
                rendered = said(kind, wording, values, locale=locale, zone="Europe/Vienna", channel=channel)
                yield f"{kind} {channel} {number}", rendered


@pytest.mark.parametrize("locale", LOCALES)
def test_every_type_reads_as_it_should(locale: str) -> None:
    """The words are held in `golden_wording.json`, so that a change shows what people will read. To write it anew:
    `python -m services.notifications.tests.test_wording`, and read the difference."""
    found = {name: [text.title, text.body] for name, text in _all_said(locale)}
    assert found == json.loads(GOLDEN.read_text("utf-8"))[locale]


@pytest.mark.parametrize("type", TYPES)
def test_every_type_has_words_in_every_language_that_say_the_same(type: str) -> None:
    used = []
    for locale in LOCALES:
        names: set[str] = set()
        for (of, _), wording in built_in(locale).items():
            if of == type:
                names |= variables_of(wording.title).keys() | variables_of(wording.body).keys()
        used.append(names)
    assert used[0] == used[1], "a language leaves something out"
    assert used[0] <= set(variables_of_type(type)), "a template names what no example has"
    assert {c for t, c in built_in("en") if t == type} == {c for t, c in built_in("de") if t == type}


def test_there_are_words_for_nothing_else() -> None:
    channels = {ANY, INBOX, *(kind.value for kind in ChannelKind)}
    for locale in LOCALES:
        assert {kind for kind, _ in built_in(locale)} == set(SAMPLES)
        assert set(TYPES) <= set(SAMPLES)
        assert {channel for _, channel in built_in(locale)} <= channels
    tables = [{name: set(words) for name, words in words_of(locale).tables.items()} for locale in LOCALES]
    for name in tables[0].keys() | tables[1].keys():
        if name not in ("failure", "whose"):
            assert tables[0][name] == tables[1][name], name


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("locale", LOCALES)
def test_hostile_text_comes_out_as_text(locale: str, text: str) -> None:
    for kind in TYPES:
        wording = built_in(locale)[kind, ANY]
        found = _MACHINE_WORDS.findall(wording.title + wording.body)
        chosen = {"reader", "until", *(name for names in found for name in names)}
        for sample in SAMPLES[kind]:
            hostile = {
                name: text if isinstance(value, str) and name not in chosen else value
                for name, value in sample.items()
            }
            rendered = said(kind, wording, hostile, locale=locale, zone="UTC", channel="email")
            assert 0 < len(rendered.title) <= 200 and len(rendered.body) <= 2000
            assert "\x00" not in rendered.title + rendered.body
            (rendered.title + rendered.body).encode()
            assert "49" not in rendered.title
            assert len(rendered.title.splitlines()) == 1


def test_what_people_typed_stays_as_they_typed_it() -> None:
    title = "{{7*7}} <b>@everyone</b> [x](javascript:0) ${x} $& ` * _"
    values = SAMPLES["request.available"][0] | {"title": title, "year": None, "seasons": []}
    assert render("request.available", values).title == f"Ready to watch: {title}"


def test_text_that_turns_round_keeps_to_itself() -> None:
    values = SAMPLES["request.created"][0] | {"who": "\u202eadA\u2069"}
    assert render("request.created", values).title == "\u2068\u202eadA\u2069 asks for Dune (2021) in 4K"


@pytest.mark.parametrize(
    "numbers, english, german",
    [
        ([0], "specials", "Specials"),
        ([2], "season 2", "Staffel 2"),
        ([2, 1, 2], "seasons 1 and 2", "Staffeln 1 und 2"),
        ([3, 1, 2], "seasons 1, 2 and 3", "Staffeln 1, 2 und 3"),
        ([1, 2, 3, 4, 5, 8], "seasons 1–5 and 8", "Staffeln 1–5 und 8"),
        (list(range(1, 51)), "seasons 1–50", "Staffeln 1–50"),
        ([0, 1], "season 1 and specials", "Staffel 1 und Specials"),
        ([], "", ""),
    ],
)
def test_seasons_are_listed_as_people_say_them(numbers: list[int], english: str, german: str) -> None:
    assert (words_of("en").seasons(numbers), words_of("de").seasons(numbers)) == (english, german)


@pytest.mark.parametrize(
    "locale, zone, shown",
    [
        ("en", "UTC", "29 March 2026 at 00:30"),
        ("en", "Europe/Berlin", "29 March 2026 at 01:30"),
        ("de", "Europe/Berlin", "29. März 2026 um 01:30 Uhr"),
        ("de", "America/New_York", "28. März 2026 um 20:30 Uhr"),
        ("en", "Nowhere/Else", "29 March 2026 at 00:30"),
    ],
)
def test_times_are_those_of_the_reader(locale: str, zone: str, shown: str) -> None:
    """Also in the night in which clocks change."""
    assert words_of(locale).moment("2026-03-29T00:30:00.000000Z", zone) == shown


@pytest.mark.parametrize(
    "tag, locale",
    [("de", "de"), ("de-AT", "de"), ("DE_ch", "de"), ("fr", "en"), (None, "en"), ("", "en"), ("../de", "en")],
)
def test_who_speaks_something_else_reads_english(tag: str | None, locale: str) -> None:
    assert best_locale(tag) == locale


@given(st.text(), st.integers(min_value=2, max_value=40))
def test_what_is_cut_is_short_enough_and_begins_as_it_did(text: str, length: int) -> None:
    short = cut(text, length)
    assert len(short) <= length
    assert short == text or (short.endswith("…") and text.startswith(short[:-1].rstrip()))


@pytest.mark.parametrize("sign", ["👩‍👩‍👧", "é", "👍🏽", "🇦🇹", "❤️"])
def test_what_is_one_sign_to_the_eye_is_not_cut_apart(sign: str) -> None:
    for length in range(len(sign) + 1, 40):
        short = cut(sign * 20, length)
        assert short[:-1] == sign * (len(short[:-1]) // len(sign))


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=3), max_leaves=9
    )
)
def test_whatever_comes_can_be_kept(value: Any) -> None:
    json.dumps(clean({"x": value})).encode()
    context_of({"x": value, "who": None}, words_of("de"), zone="UTC")


def test_a_type_without_words_is_still_told() -> None:
    assert render("no.such_type", {}, locale="de").title == "Neues von MediaNest"
    broken = render("request.created", {"who": 3})
    assert (broken.title, broken.body) == ("News from MediaNest", "Open the portal to see what it is.")


if __name__ == "__main__":
    words = {lang: {name: [text.title, text.body] for name, text in _all_said(lang)} for lang in LOCALES}
    GOLDEN.write_text(json.dumps(words, ensure_ascii=False, indent=1) + "\n", "utf-8")
