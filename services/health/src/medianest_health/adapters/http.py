"""A page or an interface that is asked as somebody else's client would: any method, status, body and certificate."""

import asyncio
import base64
import re
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import httpx
from yarl import URL

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.kinds import HttpMethod, HttpSpec
from medianest_common.errors import BadUpstream, Invalid
from medianest_common.http import (
    AddressPolicy,
    AddressRefused,
    parse_url,
    public_authorities,
    read_beginning,
)
from medianest_common.http.verdict import of_failure
from medianest_health.adapters.certificates import expires_soon, in_words, read_certificate
from medianest_health.adapters.decoding import text_of
from medianest_health.adapters.ports import Ports
from medianest_health.adapters.probe import Certificate, Finding, answer_within
from medianest_health.adapters.redirects import Asking, redirected
from medianest_health.adapters.resolver import GuardedResolver
from medianest_health.adapters.tls import whoever

if TYPE_CHECKING:
    from medianest_health.adapters.json_looking import JsonLooking

MOST_BYTES = 1024 * 1024
_MOST_HEADER_BYTES = 64 * 1024
"""Of one header; some pages send policies as long as that."""
_MOST_REDIRECTS = 5
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = frozenset({"connection", "content-length", "transfer-encoding", "accept-encoding"})


@dataclass(frozen=True, slots=True)
class _Answer:
    """`complete` is False where only the beginning of the body was read."""

    status: int
    body: bytes
    complete: bool
    encoding: str
    certificate: Certificate | None


class _Showing(aiohttp.ClientResponse):
    """Keeps the certificate: a short answer has let go of its connection before anybody could ask for it."""

    shown: bytes | None = None

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        tls = connection.transport.get_extra_info("ssl_object") if connection.transport else None
        self.shown = tls.getpeercert(binary_form=True) if tls else None
        return await super().start(connection)


class HttpProbe:
    """A connection of its own for each look, as a new client would have: that is most of what a look costs, and
    aiohttp opens one for a third of what httpx takes.
    """

    def __init__(self, spec: HttpSpec, *, name: str, seconds: float, ports: Ports) -> None:
        """Raises `Invalid` for what can never be asked."""
        self._spec = spec
        self._name = name
        self._seconds = answer_within(seconds)
        self._ports = ports
        self._url = parse_url(spec.url, policy=AddressPolicy.MONITOR)
        self._statuses = [_range(text) for text in spec.statuses]
        looks_inside = spec.keyword is not None or spec.json_path is not None
        if looks_inside and spec.method is HttpMethod.HEAD:
            raise Invalid("The answer to a HEAD has no body to look into; use GET.")
        self._reads = looks_inside
        self._json = _looking(spec.json_path, expected=spec.json_expected) if spec.json_path else None
        self._headers = _headers(spec)
        self._tls = (ports.authorities or public_authorities()) if spec.verify_tls else whoever()
        self._session: aiohttp.ClientSession | None = None

    async def aclose(self) -> None:
        if self._session:
            await self._session.close()

    async def __call__(self) -> Finding:
        clock = self._ports.clock
        asking = Asking(self._spec.method.value, self._url, self._spec.body, self._headers)
        started = clock.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._ask(asking)
                latency = round((clock.monotonic() - started) * 1000, 2)
                outcome, message = await self._judge(answer)
        except TimeoutError:
            return await self._unreachable(f"{self._name} did not answer in time.")
        except aiohttp.ClientError as failure:
            cause = failure.__cause__
            if isinstance(cause, ssl.SSLCertVerificationError):
                wrong = f"The certificate of {self._name} is not valid: {cause.verify_message.rstrip('.')}."
                return Finding(MonitorState.DOWN, message=wrong)
            return await self._unreachable(_in_words(failure, name=self._name))
        except (BadUpstream, AddressRefused) as error:
            return Finding(MonitorState.DOWN, message=error.detail)
        certificate = answer.certificate
        if outcome is MonitorState.UP and certificate and self._spec.verify_tls:
            now = clock.now()
            if expires_soon(certificate, now=now):
                outcome, message = MonitorState.DEGRADED, in_words(certificate, now=now)
        return Finding(outcome, latency, message, certificate)

    async def _ask(self, first: Asking) -> _Answer:
        """Follows redirects, with nothing secret to anybody but whom it was meant for."""
        asking, certificate = first, None
        for _ in range(_MOST_REDIRECTS + 1):
            async with self._opened().request(
                asking.method,
                URL(str(asking.url), encoded=True),
                data=asking.body.encode() if asking.body is not None else None,
                headers=asking.headers,
                ssl=self._tls,
                allow_redirects=False,
            ) as answer:
                if asking is first and isinstance(answer, _Showing):
                    certificate = read_certificate(answer.shown)
                following = None
                if self._spec.follow_redirects and not self._accepts(answer.status):
                    location = answer.headers.get("location", "")
                    following = redirected(asking, answer.status, location, name=self._name)
                if following is None:
                    return await self._read(answer, certificate)
            asking = following
        raise BadUpstream(f"{self._name} redirects in a circle.")

    def _opened(self) -> aiohttp.ClientSession:
        """Opened by the first look: what is only checked is never closed."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=GuardedResolver(AddressPolicy.MONITOR), use_dns_cache=False, force_close=True
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                response_class=_Showing,
                # Every check has one timeout for all of it.
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                auto_decompress=False,
                max_line_size=_MOST_HEADER_BYTES,
                max_field_size=_MOST_HEADER_BYTES,
                trust_env=False,
            )
        return self._session

    async def _read(self, answer: aiohttp.ClientResponse, certificate: Certificate | None) -> _Answer:
        body, complete = b"", True
        if self._reads:
            raw = answer.content.iter_any()
            body, complete = await read_beginning(
                raw, headers=answer.headers, system=self._name, max_bytes=MOST_BYTES
            )
        return _Answer(answer.status, body, complete, answer.charset or "utf-8", certificate)

    async def _judge(self, answer: _Answer) -> tuple[MonitorState, str | None]:
        if not self._accepts(answer.status):
            if answer.status in (401, 403):
                return MonitorState.AUTH, f"{self._name} answered {answer.status}: it does not let us in."
            return MonitorState.DOWN, f"{self._name} answered {answer.status}."
        if wrong := self._wrong_keyword(answer):
            return MonitorState.DOWN, f"{self._name} {wrong}."
        if self._json:
            if not answer.complete:
                return MonitorState.DOWN, f"{self._name} answered more than can be looked into."
            if wrong := await self._json.wrong(answer.body):
                return MonitorState.DOWN, f"{self._name} {wrong}."
        return MonitorState.UP, None

    def _accepts(self, status: int) -> bool:
        return any(status in accepted for accepted in self._statuses)

    def _wrong_keyword(self, answer: _Answer) -> str | None:
        if self._spec.keyword is None:
            return None
        found = self._spec.keyword in text_of(answer.body, encoding=answer.encoding)
        if found is not self._spec.keyword_absent:
            return None
        if found:
            return "answered with the keyword that must not be there"
        return "answered without the keyword" + ("" if answer.complete else " in its first megabyte")

    async def _unreachable(self, message: str) -> Finding:
        if trouble := await self._ports.own_trouble(self._spec.url):
            return Finding(MonitorState.UNKNOWN, message=trouble)
        return Finding(MonitorState.DOWN, message=message)


def _looking(path: str, *, expected: str | None) -> "JsonLooking":
    # Read where a monitor has a path: the library brings a regular expression engine of its own.
    from medianest_health.adapters.json_looking import JsonLooking

    return JsonLooking(path, expected=expected)


def _range(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def _headers(spec: HttpSpec) -> dict[str, str]:
    headers = {
        "User-Agent": "MediaNest",
        "Accept": "*/*",
        **{name: value.get_secret_value() for name, value in spec.headers.items()},
    }
    named = {name.lower() for name in headers}
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS:
            raise Invalid("One of the headers has a name that cannot be sent.")
        if not value.isascii() or not value.isprintable():
            raise Invalid("One of the headers has a value that cannot be sent.")
    if spec.username is not None or spec.password is not None:
        password = spec.password.get_secret_value() if spec.password else ""
        pair = f"{spec.username or ''}:{password}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    if spec.body is not None and "content-type" not in named:
        is_json = spec.body.lstrip()[:1] in ("{", "[")
        headers["Content-Type"] = "application/json" if is_json else "text/plain; charset=utf-8"
    return headers | {"Accept-Encoding": "gzip, deflate", "Connection": "close"}


def _in_words(failure: aiohttp.ClientError, *, name: str) -> str:
    """The same as of every other system that we speak to, whichever library has failed."""
    connecting = isinstance(failure, aiohttp.ClientConnectorError)
    same = httpx.ConnectError("") if connecting else httpx.ReadError("")
    same.__cause__ = failure.__cause__
    return of_failure(same, system=name).error.detail
