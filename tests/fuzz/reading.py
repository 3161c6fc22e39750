"""What reads bytes of strangers, each as a function that raises only where something is wrong."""

import io
import json
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from medianest.errors import Refused
from medianest.keeping.age import Unopened
from medianest.keeping.archive import Archive
from medianest.settings_file import document as settings_file
from medianest_auth.adapters.providers import discovery
from medianest_auth.adapters.providers.id_token import TokenRefused, header_of
from medianest_auth.browser import address_of, limited_network, network_of, parse_user_agent
from medianest_auth.look_alikes import name_key, name_shape
from medianest_auth.normalising import email_key, shown_name
from medianest_auth.return_path import safe_return_path
from medianest_common.addresses import AddressPolicy
from medianest_common.clock import ManualClock
from medianest_common.contracts.health.webhooks import WebhookSource
from medianest_common.errors import MediaNestError
from medianest_common.http import Response, UpstreamRefused
from medianest_common.http.guard import parse_url
from medianest_common.http.retry import parse_retry_after
from medianest_common.http.target import redirect_target, target
from medianest_common.security.compact import read_key_id, split
from medianest_common.security.encryption import KeyRing
from medianest_common.security.personal_tokens import public_id_of
from medianest_common.security.redaction import redact, redact_text
from medianest_common.web.middleware.authentication import shown_token
from medianest_common.web.middleware.client_address import limit_key, normalised
from medianest_common.web.middleware.compression import preferred
from medianest_common.web.strict_json import check_json
from medianest_common.web.tags import etag_of, matching
from medianest_gateway.forms import text_field
from medianest_gateway.forward_auth import Passes, Sites
from medianest_gateway.settings import GatewaySettings
from medianest_gateway.signed_webhooks import verify
from medianest_gateway.webhook_bodies import document, fitting, text_of
from medianest_health.adapters.certificates import read_certificate
from medianest_health.adapters.uptime_kuma.household import KumaHousehold, KumaMonitor, understood
from medianest_health.adapters.uptime_kuma.translating import translate
from medianest_health.adapters.webhooks.arr import read_arr
from medianest_health.adapters.webhooks.generic import read_generic
from medianest_health.adapters.webhooks.kuma import read_kuma
from medianest_health.recurrence import parse as parse_recurrence
from medianest_media.adapters.arr import _document
from medianest_media.adapters.overseerr_refusals import _message
from medianest_media.use_cases.receive_webhook import _where_to_look
from medianest_notifications.unsubscribing import read_link
from medianest_plex.adapters import answers
from medianest_plex.adapters.event_socket import read_frame
from medianest_plex.adapters.items import read_items
from medianest_plex.adapters.records import read_records
from medianest_youtube.cookie_file import read_cookie_file
from medianest_youtube.naming import clean
from medianest_youtube.urls import parse_link

NOW = datetime(2026, 11, 30, tzinfo=UTC)
BASE = "https://nest.example.org/portal"
_REFUSALS = (400, 401, 404, 413, 415, 422, 502)


def _text(data: bytes) -> str:
    """As headers are read: every byte is a character."""
    return data.decode("latin-1")


def _tried(read: Callable[[], Any], *others: type[Exception], refusals: Collection[int] = ()) -> Any:
    """What `read` gives; None where it refuses, in the words of whoever is refused."""
    try:
        return read()
    except MediaNestError as error:
        if error.status in (refusals or _REFUSALS):
            return None
        raise
    except others:
        return None


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def strict_json(data: bytes) -> None:
    value = _tried(lambda: check_json(data), refusals=(400, 422))
    # What comes through can be kept and sent on.
    kept = json.dumps(value, allow_nan=False, ensure_ascii=False)
    kept.encode()
    assert "\\u0000" not in kept


def redaction(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for shown in (redact_text(text), redact_text(text, keep_lines=True)):
        shown.encode()
        assert "\x00" not in shown and len(shown) < 8 * len(text) + 64
    assert "\n" not in redact_text(text) and "\r" not in redact_text(text)
    json.dumps(redact(_json(data))).encode()


def tokens(data: bytes) -> None:
    text = _text(data)
    public_id_of(text)
    assert passes().read(text) is None, "nobody guesses a signature"
    _tried(lambda: split(text), ValueError)
    _tried(lambda: read_key_id(text, algorithm="Ed25519", kind="at+jwt"), ValueError)
    _tried(lambda: header_of(text), TokenRefused)
    _tried(lambda: shown_token(text, basic=True), refusals=(401,))
    assert _tried(lambda: read_link(b"k" * 32, text), refusals=(404,)) is None


def signatures(data: bytes) -> None:
    head, _, body = data.partition(b"\n")
    parts = [*_text(head).split("|"), "", "", ""]
    headers = dict(zip(("webhook-id", "webhook-timestamp", "webhook-signature"), parts, strict=False))
    accepted = _tried(lambda: verify(b"a key that nobody knows", headers, body, now=NOW), refusals=(401,))
    assert accepted is None, "nobody guesses a signature"


def headers(data: bytes) -> None:
    text = _text(data)
    assert preferred(data) in (None, b"zstd", b"br", b"gzip")
    tag = etag_of(b"a body")
    found = matching(data, tag)
    assert found is None or found.startswith(b'"')
    address = normalised(text)
    assert address is None or normalised(address) == address
    assert limit_key(text) == limit_key(limit_key(text)) or limit_key(text) == "unknown"
    parse_user_agent(text)
    for read in (address_of, network_of, limited_network):
        read(text)
    wait = parse_retry_after(text, now=NOW)
    assert wait is None or wait >= 0


def addresses(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for policy in AddressPolicy:
        url = _tried(partial(parse_url, text, policy=policy), refusals=(422,))
        assert url is None or (url.scheme in ("http", "https") and url.host and not url.userinfo)
    base = httpx.URL("https://plex.example.org/base")
    for url in (
        _tried(lambda: target(base, text)),
        _tried(lambda: redirect_target(base, text, system="Plex")),
    ):
        assert url is None or (url.scheme, url.host, url.userinfo) == ("https", "plex.example.org", b"")


def return_paths(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    back = safe_return_path(text, base_url=BASE)
    assert back.startswith("/") and not back.startswith(("//", "/\\"))
    assert urlsplit(urljoin(BASE, back)).netloc == "nest.example.org"
    accepted = sites().accepted(text)
    assert accepted is None or urlsplit(accepted).hostname in ("nest.example.org", "files.example.org")


def links(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    link = _tried(lambda: parse_link(text), refusals=(422,))
    assert link is None or urlsplit(link.url).hostname == "www.youtube.com"


def names(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    name = clean(text)
    assert name and name not in (".", "..") and "/" not in name and "\\" not in name and "\x00" not in name
    assert len(name.encode()) <= 255 and not name.startswith("-")
    for read in (name_key, name_shape, shown_name, email_key):
        read(text)
    assert shown_name(shown_name(text)) == shown_name(text)


def webhooks(data: bytes) -> None:
    text = _tried(lambda: document(text_of(data)), refusals=(400,))
    if text is None:
        return
    _tried(lambda: fitting(text), refusals=(413,))
    found = json.loads(text)
    for source in WebhookSource:
        read_arr(source, found, otherwise="x")
    read_kuma(found, otherwise="x")
    read_generic("backup", found, delivery_id=None, otherwise="x")
    _where_to_look(text, backend="overseerr")


def forms(data: bytes) -> None:
    head, _, body = data.partition(b"\n")
    for kind in (_text(head), "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"):
        _tried(partial(text_field, "payload", body=body, content_type=kind), refusals=(400, 415))


def uptime_kuma(data: bytes) -> None:
    found = _json(data)
    monitors, unreadable = understood(KumaMonitor, found if isinstance(found, list) else [found])
    household = KumaHousehold(
        ref="kuma:home", complete=True, monitors=monitors, unreadable=unreadable, docker_hosts={}
    )
    taken, left = translate(household)
    # A group with nothing in it is a heading over nothing.
    assert len(taken) + len(left) >= sum(monitor.type != "group" for monitor in monitors)


def plex(data: bytes) -> None:
    list(read_frame(data))
    found = _json(data)
    documents = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    read_records(documents, server_id=1, library_id=1)
    read_items(documents, of="test", library_key="1")
    answer = Response("Plex", 200, httpx.Headers({"content-type": "application/json"}), data)
    # As `OutgoingClient` reads: these mean that a system answers nonsense.
    _tried(lambda: answers.container_of(answer), ValueError, LookupError, TypeError, AttributeError)
    refusal = Response("Overseerr", 400, httpx.Headers(), data)
    _message(UpstreamRefused(refusal, upstream="Overseerr"))
    _document(data)


def openid(data: bytes) -> None:
    found = _json(data)
    _tried(lambda: discovery.read_metadata(found, issuer="https://id.example.org"), ValueError)
    _tried(lambda: discovery.read_keys(found), ValueError)


def files(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    _tried(lambda: settings_file.read(text), Refused)
    _tried(lambda: read_cookie_file(text, now=NOW), refusals=(422,))
    _tried(lambda: parse_recurrence(text, starts=NOW), ValueError)
    read_certificate(data)


def backups(data: bytes) -> None:
    def read() -> None:
        archive, _, contents = Archive.verified(io.BytesIO(data), passphrase=None)
        list(archive.entries(contents))

    _tried(read, Refused, Unopened)


@cache
def sites() -> Sites:
    return Sites(_settings())


@cache
def passes() -> Passes:
    return Passes(KeyRing.generate(), _settings(), clock=ManualClock(NOW))


@cache
def _settings() -> GatewaySettings:
    return GatewaySettings.model_construct(
        base_url=BASE, forward_auth_domains="files.example.org", forward_auth_cookie_domain="example.org"
    )
