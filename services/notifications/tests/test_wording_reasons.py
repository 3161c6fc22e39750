"""Why something did not work is said in the reader's language where our services say it, and else left alone."""

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from medianest_common.clock import uuid7
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.events import QueuePaused
from medianest_notifications.rendering import LOCALES, render
from medianest_notifications.rendering.reasons import REASONS, reasons_of
from medianest_notifications.rendering.samples import SAMPLES
from medianest_notifications.rendering.words import words_of
from medianest_notifications.wording import about_request
from medianest_notifications.wording_downloads import about_queue
from services.notifications.tests.household import Person, request_event

ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "services/notifications/src/medianest_notifications/rendering/templates"
SENTENCES = sorted(tomllib.loads((TEMPLATES / "de" / REASONS).read_text("utf-8")))


def body(type: NotificationType, locale: str, **values: Any) -> str:
    return render(type, SAMPLES[type][0] | values, locale=locale).body


@pytest.mark.parametrize(
    "reason, german",
    [
        ("It was declined in Overseerr.", "In Overseerr wurde abgelehnt."),
        ("It was deleted in Sonarr 4K.", "In Sonarr 4K wurde es gelöscht."),
        ("Radarr cannot be reached", "Radarr ist nicht zu erreichen."),
        ("Plex answered 502.", "Plex hat mit 502 geantwortet."),
        ("The media service did not answer in time.", "Der Dienst media hat nicht rechtzeitig geantwortet."),
        (
            "Radarr does not answer at the moment. It is tried again by itself.",
            "Radarr antwortet gerade nicht. Es wird von selbst noch einmal versucht.",
        ),
        # Half of it in another language helps nobody, and what others say is not ours to translate.
        ("Radarr does not answer. Disk is full.", "Radarr does not answer. Disk is full."),
        ("This movie has already been added", "This movie has already been added"),
        (f"{'x' * 61} cannot be reached.", f"{'x' * 61} cannot be reached."),
        ("{0.__class__} cannot be reached.", "{0.__class__} ist nicht zu erreichen."),
        ("x" * 5000, "x" * 5000),
        ("", ""),
    ],
)
def test_what_our_services_say_is_worded_and_nothing_else(reason: str, german: str) -> None:
    assert reasons_of("de").said(reason) == german
    assert reasons_of("en").said(reason) == reason


def test_reasons_are_worded_wherever_they_are_told() -> None:
    down = "Plex refuses the connection."
    assert body(NotificationType.SERVICE_DOWN, "de", reason=down).startswith("Plex nimmt die Verbindung")
    assert body(NotificationType.SERVICE_DOWN, "en", reason=down).startswith(down)
    failed = body(NotificationType.REQUEST_FAILED, "de-AT", reason="Radarr knows no such film.")
    assert failed.endswith("Grund: Radarr kennt diesen Film nicht.")
    unread = "Plex does not answer when asked for the watchlist. It is asked again by itself."
    assert "Merkliste gefragt" in body(NotificationType.WATCHLIST_UNREADABLE, "de", reason=unread)
    broken = "It was interrupted. Start it again; what was taken over stays and is not taken over twice."
    assert "unterbrochen" in body(NotificationType.IMPORT_ENDED, "de", problem=broken)
    gone = "550 no. There is no such mailbox."
    assert gone in body(NotificationType.CHANNEL_DISABLED, "de", answer=gone), "the provider's own words"


@pytest.mark.parametrize("by_hand", [True, False])
def test_what_a_person_gives_as_a_reason_stays_as_it_is(by_hand: bool) -> None:
    """Also where it happens to be a sentence of ours."""
    words = "The certificate of Cats is not valid."
    ada, olive = Person(None, "Ada"), Person(None, "Olive")  # type: ignore[arg-type]
    declined = request_event(
        ada, RequestStatus.DECLINED, version=2, reason=words, actor=olive if by_hand else None
    )
    paused = QueuePaused(code=None, reason=words, until=None, actor_id=uuid7() if by_hand else None)
    for notice in (about_request(declined, to_requester=True), about_queue(paused)):
        assert (words in render(notice.type, notice.values, locale="de").body) is by_hand
        assert words in render(notice.type, notice.values, locale="en").body


@pytest.mark.parametrize("locale", [each for each in LOCALES if each != "en"])
@pytest.mark.parametrize("code", FailureCode)
def test_each_failure_of_a_download_has_words(locale: str, code: FailureCode) -> None:
    """English ones come with it."""
    assert code in words_of(locale).tables["failure"]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_is_one_that_our_services_say(sentence: str) -> None:
    """When one is worded anew there, its translation has to be as well."""
    for piece in sentence.rstrip(".").split("{}"):
        assert piece.strip() in _constants()


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_names_in_every_language_what_it_names(sentence: str) -> None:
    filled, number = sentence, sentence.count("{}")
    names = [f"Name {letter}" for letter in "ABC"[:number]]
    for name in names:
        filled = filled.replace("{}", name, 1)
    german = reasons_of("de").said(filled)
    assert german != filled and "{" not in german
    assert all(name in german for name in names)


@cache
def _constants() -> str:
    """Everything that stands between quotes in their code."""
    found: list[str] = []
    for path in (*ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("libs/common/src/**/*.py")):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        values = (node.value for node in nodes if isinstance(node, ast.Constant))
        found.extend(value for value in values if isinstance(value, str))
    return "\n".join(found)
