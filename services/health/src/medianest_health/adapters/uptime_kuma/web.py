"""Its monitors that ask over HTTP."""

import json
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from medianest_common.contracts.health.kinds import HttpMethod
from medianest_health.adapters.uptime_kuma.household import KumaHousehold, KumaMonitor
from medianest_health.adapters.uptime_kuma.json_paths import as_json_path
from medianest_health.adapters.uptime_kuma.wording import CannotSay, Said

_BODY_TYPES = {
    "json": "application/json",
    "xml": "text/xml; charset=utf-8",
    "form": "application/x-www-form-urlencoded",
}
_SIGN_INS = {
    "ntlm": "NTLM",
    "oauth2-cc": "OAuth 2",
    "mtls": "certificates of its own",
}


def http(monitor: KumaMonitor, _household: KumaHousehold) -> Said:
    parts, port = _address(monitor)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotSay(
            "Its address is not told." if not monitor.url else "Its address is not one of the web."
        )
    method = (monitor.method or "GET").upper()
    if method not in tuple(HttpMethod):
        raise CannotSay("It asks with a method that monitors here do not use.")
    values: dict[str, Any] = {
        "kind": "http",
        "url": parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl(),
        "method": method,
        "statuses": monitor.statuses or ["200-299"],
        "follow_redirects": monitor.maxredirects != 0,
        "verify_tls": not monitor.ignore_tls,
    }
    if monitor.body is not None and method in (HttpMethod.POST, HttpMethod.PUT):
        values["body"] = monitor.body
    if headers := _headers(monitor, has_body="body" in values):
        values["headers"] = headers
    values |= _credentials(monitor, user=parts.username, password=parts.password)
    return Said(values, certificate=_certificate(monitor, host=parts.hostname, port=port))


def keyword(monitor: KumaMonitor, household: KumaHousehold) -> Said:
    said = http(monitor, household)
    if monitor.keyword is None:
        return said
    looking = {"keyword": monitor.keyword, "keyword_absent": monitor.invert_keyword}
    return Said(said.values | looking, said.remarks, said.certificate)


def json_query(monitor: KumaMonitor, household: KumaHousehold) -> Said:
    if (monitor.json_path_operator or "==") != "==":
        raise CannotSay("It compares with something else than ==.")
    asked = monitor.json_path or "$"
    path = as_json_path(asked)
    if path is None:
        raise CannotSay(
            "What it asks for is a computation in JSONata; here it has to be a path, as $.status is."
        )
    said = http(monitor, household)
    looking: dict[str, Any] = {"json_path": path}
    if monitor.expected_value is not None:
        looking["json_expected"] = monitor.expected_value
    remarks = () if path == asked else ("Its JSONata is written as a JSON path (RFC 9535).",)
    return Said(said.values | looking, (*said.remarks, *remarks), said.certificate)


def _headers(monitor: KumaMonitor, *, has_body: bool) -> dict[str, str]:
    try:
        told = json.loads(monitor.headers.get_secret_value()) if monitor.headers else {}
    except (ValueError, RecursionError):
        raise CannotSay("Its headers are not JSON.") from None
    if not isinstance(told, dict) or not all(isinstance(value, str | int | float) for value in told.values()):
        raise CannotSay("Its headers are not names with texts.")
    # A header without a value is no header.
    headers = {str(name): str(value) for name, value in told.items() if value != ""}
    named = {name.lower() for name in headers}
    if has_body and "content-type" not in named:
        headers["Content-Type"] = _BODY_TYPES.get(monitor.http_body_encoding or "json", _BODY_TYPES["json"])
    if monitor.auth_method == "bearer" and monitor.bearer_token and "authorization" not in named:
        headers["Authorization"] = f"Bearer {monitor.bearer_token.get_secret_value()}"
    return headers


def _credentials(monitor: KumaMonitor, *, user: str | None, password: str | None) -> dict[str, str]:
    method = monitor.auth_method or "basic"
    if method not in ("basic", "bearer"):
        raise CannotSay(f"It signs in with {_SIGN_INS.get(method, 'something that is not known here')}.")
    given: dict[str, str | None] = {
        "username": unquote(user) if user else None,
        "password": unquote(password) if password else None,
    }
    if method == "basic" and monitor.basic_auth_user:
        secret = monitor.basic_auth_pass
        given = {
            "username": monitor.basic_auth_user,
            "password": secret.get_secret_value() if secret else None,
        }
    return {name: value for name, value in given.items() if value}


def _certificate(monitor: KumaMonitor, *, host: str, port: int | None) -> dict[str, Any] | None:
    """A monitor that takes any certificate says nothing of how long it holds."""
    if not (monitor.expiry_notification and monitor.ignore_tls and (monitor.url or "").startswith("https:")):
        return None
    return {"kind": "tls", "host": host, "port": port or 443}


def _address(monitor: KumaMonitor) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(monitor.url or "")
        return parts, parts.port
    except ValueError:
        raise CannotSay("Its address is not one of the web.") from None
