"""All layers in order, from the outside in, and what they have to know."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.middleware import Middleware

from medianest_common import tracing
from medianest_common.clock import Clock
from medianest_common.security.csrf import CsrfTokens
from medianest_common.web.limiter import RateLimiter, Rule
from medianest_common.web.middleware.authentication import BAD_TOKENS, Authentication
from medianest_common.web.middleware.bodies import JsonBodies
from medianest_common.web.middleware.client_address import ClientAddress
from medianest_common.web.middleware.compression import Compression
from medianest_common.web.middleware.correlation import Correlation
from medianest_common.web.middleware.cors import Cors
from medianest_common.web.middleware.csrf import Csrf
from medianest_common.web.middleware.etag import ETag
from medianest_common.web.middleware.failures import Failures
from medianest_common.web.middleware.hosts import Hosts
from medianest_common.web.middleware.limits import BODY_SECONDS, Limits
from medianest_common.web.middleware.observing import Observing
from medianest_common.web.middleware.rate_limit import TOKEN, RateLimit
from medianest_common.web.middleware.scopes import Grant, TokenScopes
from medianest_common.web.middleware.security_headers import SecurityHeaders
from medianest_common.web.middleware.tracing import Tracing
from medianest_common.web.principal import Authenticator
from medianest_common.web.rules import PathRules


@dataclass(frozen=True)
class Stack:
    """Paths are prefixes by whole segments, below the base path."""

    clock: Clock
    valkey_url: str
    secure: bool
    base_path: str
    hosts: Collection[str]
    origins: Collection[str]
    proxies: Collection[Any]
    authenticator: Authenticator
    csrf: CsrfTokens
    access_cookie: str
    csrf_cookie: str
    pre_login_cookie: str
    anonymous_csrf: Collection[str]
    webhooks: tuple[str, ...]
    quiet: tuple[str, ...]
    secret_answers: tuple[str, ...]
    streams: tuple[str, ...]
    rules: Sequence[Rule]
    request_seconds: float = 10
    rate_limit_scale: float = 1
    body_seconds: float = BODY_SECONDS
    bad_tokens: str = "30/minute"
    """Wrong tokens that one address may show."""
    per_token: str = "300/minute"
    """Requests with one personal token."""
    replicas: Callable[[], int] = lambda: 1
    """How many gateways share the limits."""
    grants: Sequence[Grant] = ()
    """What a personal token may be used for; nothing that is not named."""
    exceptions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What else differs on a path: members of `Rules`."""

    def layers(self) -> list[Middleware]:
        """Counting stands inside authentication, as it counts by person; observing outside of all that can refuse."""
        bad_tokens = Rule(BAD_TOKENS, self.bad_tokens, by_address=True)
        per_token = Rule(TOKEN, self.per_token)
        limiter = RateLimiter(
            self.valkey_url,
            rules=[*self.rules, bad_tokens, per_token],
            clock=self.clock,
            scale=self.rate_limit_scale,
            replicas=self.replicas,
        )
        return [
            Middleware(Correlation, rules=self._path_rules(), clock=self.clock, base_path=self.base_path),
            *([Middleware(Tracing, trusted=self.proxies, streams=self.streams)] if tracing.is_on() else []),
            Middleware(Observing, clock=self.clock),
            Middleware(Failures),
            Middleware(SecurityHeaders, secure=self.secure),
            Middleware(Cors, origins=self.origins),
            Middleware(Hosts, names=self.hosts),
            Middleware(ClientAddress, trusted=self.proxies),
            Middleware(Limits, body_seconds=self.body_seconds),
            Middleware(
                Authentication, authenticator=self.authenticator, cookie=self.access_cookie, limiter=limiter
            ),
            Middleware(RateLimit, limiter=limiter),
            Middleware(TokenScopes, grants=self.grants),
            Middleware(
                Csrf,
                tokens=self.csrf,
                cookie=self.csrf_cookie,
                pre_login_cookie=self.pre_login_cookie,
                origins=self.origins,
            ),
            Middleware(JsonBodies),
            Middleware(Compression),
            Middleware(ETag),
        ]

    def _path_rules(self) -> PathRules:
        table: dict[str, dict[str, Any]] = {}
        for path in self.quiet:
            table.setdefault(path, {}).update(
                is_counted=False, authenticate=False, any_host=True, is_quiet=True
            )
        for path in self.webhooks:
            table.setdefault(path, {}).update(
                authenticate=False, csrf="off", json_only=False, secret_path=True
            )
        for path in self.anonymous_csrf:
            table.setdefault(path, {}).update(csrf="always")
        for path in (*self.secret_answers, *self.streams):
            table.setdefault(path, {}).update(compress=False)
        for path, differing in self.exceptions.items():
            table.setdefault(path, {}).update(differing)
        return PathRules(table, timeout=self.request_seconds)
