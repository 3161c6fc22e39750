"""Nothing secret reaches a log line, and nothing from outside can shape one."""

import io
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from medianest_common.frequent_lines import frequent_lines
from medianest_common.logging import configure
from medianest_common.security.redaction import (
    HIDDEN,
    RedactionProcessor,
    is_cut,
    is_secret_name,
    redact,
    redact_text,
)
from medianest_common.settings import Settings

# pragma: allowlist nextline secret
JWT = "eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
CANARY = "s3cr3t-canary"


def processed(**event: Any) -> dict[str, Any]:
    return dict(RedactionProcessor()(None, "info", event))


@pytest.mark.parametrize(
    "name",
    [
        "password", "plex_token", "plexToken", "X-Plex-Token", "access_token", "Authorization", "Set-Cookie", "cookie",
        "api_key", "apiKey", "APIKey", "key", "code", "recovery_codes", "pin", "otp", "totp_secret", "email",
        "userEmail", "code_verifier", "state", "client_secret", "passphrase", "csrf_token",
    ],
)  # fmt: skip
def test_values_under_a_secret_name_are_hidden(name: str) -> None:
    assert processed(**{name: CANARY}) == {name: HIDDEN}
    assert processed(body={"list": [{name: CANARY}]}) == {"body": {"list": [{name: HIDDEN}]}}


@pytest.mark.parametrize(
    "name",
    ["status_code", "error_code", "rating_key", "ratingKey", "token_id", "mail_id", "monkey", "spinning", "mapping",
     "compass", "event", "path", "statement", "decoder", "keyboard"],
)  # fmt: skip
def test_harmless_names_are_kept(name: str) -> None:
    assert not is_secret_name(name)
    assert processed(**{name: "value"}) == {name: "value"}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("got mnr_abcdefghijklmnop from", "got mnr_[hidden] from"),
        ("mnp_12345678_abcdefgh", "mnp_[hidden]"),
        (f"token {JWT} refused", "token [hidden] refused"),
        ("GET /x?X-Plex-Token=abcdefghij1234567890&y=1", "GET /x?X-Plex-Token=[hidden]&y=1"),
        ("GET /x?apikey=abc#f", "GET /x?apikey=[hidden]#f"),
        ("/callback?code=abc&state=def", "/callback?code=[hidden]&state=[hidden]"),
        ("Authorization: Bearer abcdef.ghi", "Authorization: Bearer [hidden]"),
        ("postgresql://ada:secret@db/x", "postgresql://[hidden]@db/x"),
        ("nothing to hide: a.b.c, 1=1", "nothing to hide: a.b.c, 1=1"),
    ],
)
def test_secrets_inside_text_are_hidden(text: str, expected: str) -> None:
    assert redact_text(text) == expected
    assert processed(event=text) == {"event": expected}


@given(st.text())
def test_text_from_outside_stays_on_one_line_attack_97(text: str) -> None:
    safe = redact_text(text)
    assert safe.isprintable() or not any(ord(c) < 32 or c in "\u2028\u2029\u202e\u200b" for c in safe)
    safe.encode()


def test_control_and_direction_marks_are_spelt_out_attack_97() -> None:
    assert redact_text('a\r\n{"level":"x"}\x1b[31m\u202eb\ud800') == (
        'a\\u000d\\u000a{"level":"x"}\\u001b[31m\\u202eb\\ud800'
    )


def test_a_megabyte_is_cut_attack_97() -> None:
    assert len(redact_text("x" * 1_000_000)) < 4200


@pytest.mark.parametrize(
    "piece", ["a-", "eyJ", "eyJ.", "token", "Bearer ", "://a:", "mnr_", "-token", "Basic\t"]
)
def test_no_text_makes_redaction_slow_attack_93(piece: str) -> None:
    started = time.process_time()
    redact_text(piece * 20_000, keep_lines=True)
    assert time.process_time() - started < 1.0


def test_a_traceback_keeps_its_lines_and_loses_its_secrets() -> None:
    assert processed(exception=f"Traceback\n  line\nError: {JWT}") == {
        "exception": "Traceback\n  line\nError: [hidden]"
    }


def test_deep_and_odd_values_end_somewhere() -> None:
    circular: list[Any] = []
    circular.append(circular)
    assert processed(value=circular) == {"value": [[[[[["…"]]]]]]}
    assert processed(_record=circular)["_record"] is circular
    assert processed(n=1, f=1.5, b=True, none=None) == {"n": 1, "f": 1.5, "b": True, "none": None}


@pytest.mark.parametrize(
    "whole",
    ["x" * 4096, 1, None, [[[[[["x"]]]]]], {"a": {"b": [True]}}, {"exception": "x" * 32_768}],
    ids=lambda value: str(value)[:20],
)
def test_what_is_kept_whole_is_not_called_cut(whole: Any) -> None:
    assert not is_cut(whole)
    assert redact(whole) == whole


@pytest.mark.parametrize(
    "too_much",
    ["x" * 4097, [[[[[[[]]]]]]], {"a": ["x" * 4097]}, {"x" * 4097: 1}, {"exception": "x" * 32_769}],
    ids=lambda value: str(value)[:20],
)
def test_what_is_cut_is_called_so(too_much: Any) -> None:
    assert is_cut(too_much)
    assert "…" in str(redact(too_much))


def test_what_is_hidden_is_not_called_cut() -> None:
    assert not is_cut({"token": "x" * 5000, "password": [[[[[[[]]]]]]]})


@pytest.fixture(params=["json", "console"])
def written(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Where all loggers lead, as a service sets them up."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    monkeypatch.setattr("sys.stderr", stream := io.StringIO())
    configure(Settings.model_construct(log_level="info", log_format=request.param))
    # A logger that is kept would still lead here after this test.
    structlog.configure(cache_logger_on_first_use=False)
    yield stream
    frequent_lines.close()
    structlog.configure(**before)
    root.handlers = handlers
    root.setLevel(level)


def test_attack_98_what_a_service_writes_is_without_the_canary(written: io.StringIO) -> None:
    structlog.get_logger().info(
        "signed_in\nfake", token=CANARY, headers={"Authorization": CANARY}, url=f"http://x/?token={CANARY}"
    )
    text = written.getvalue()
    assert CANARY not in text and text.count(HIDDEN) == 3
    [line] = text.splitlines()
    assert not line.startswith("{") or json.loads(line)["token"] == HIDDEN


def test_attack_98_lines_of_the_standard_library_are_cleaned_too(written: io.StringIO) -> None:
    logger = logging.getLogger("some.library")
    url = httpx.URL(f"http://plex/?X-Plex-Token={CANARY}")
    logger.info('HTTP Request: %s %s "%s %d %s"', "GET", url, "HTTP/1.1", 200, "OK")
    logger.info("%(who)s password=%(token)s", {"who": "ada\nfake", "token": CANARY})
    first, second = written.getvalue().splitlines()
    assert "X-Plex-Token=[hidden]" in first and "fake password=[hidden]" in second
    try:
        raise ValueError(f"password={CANARY}")
    except ValueError:
        logger.exception("failed with %s", f"apikey={CANARY}")
    text = written.getvalue()
    assert CANARY not in text and "Traceback" in text
