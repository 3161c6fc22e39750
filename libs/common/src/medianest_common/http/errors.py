"""What an outgoing call can end in, beyond the errors every part knows."""

from typing import TYPE_CHECKING, ClassVar

from medianest_common.errors import BadUpstream, TooManyRequests, Unavailable

if TYPE_CHECKING:
    from medianest_common.http.response import Response


class UpstreamRefused(BadUpstream):
    """The system is well and said no (a 4xx); `response` holds its answer for the adapter to translate.

    Left uncaught it becomes a 502. It never counts against the circuit breaker.
    """

    title = "Another system refused the request"
    transient: ClassVar[bool] = False

    def __init__(self, response: "Response", *, upstream: str) -> None:
        super().__init__(f"{upstream} answered {response.status}.", upstream=upstream)
        self.response = response

    @property
    def upstream_status(self) -> int:
        return self.response.status

    @property
    def body(self) -> bytes:
        return self.response.body


class SlowDown(TooManyRequests):
    """A 429; `response` holds what the system says about it, beyond the `Retry-After` that is understood here."""

    code = "TOO_MANY_REQUESTS"

    def __init__(self, response: "Response", *, upstream: str, retry_after: float | None) -> None:
        super().__init__(f"{upstream} asks us to slow down.", upstream=upstream, retry_after=retry_after)
        self.response = response


class CertificateRefused(Unavailable):
    """`names_another` when it may well be good, but for another host than the one that was asked."""

    code = "UNAVAILABLE"

    def __init__(self, detail: str, *, upstream: str, names_another: bool) -> None:
        super().__init__(detail, upstream=upstream)
        self.names_another = names_another


class BrokenOff(Unavailable):
    """The connection ended after the call was sent and before it was answered: it may have been carried out."""

    code = "UNAVAILABLE"


class HostUnknown(Unavailable):
    """The name of the host leads to no address."""

    code = "UNAVAILABLE"


class RedirectedAway(BadUpstream):
    """It sends us to another scheme, host or port, where we do not follow: a sign-in in front of it, or a wrong URL."""

    code = "BAD_UPSTREAM"
