"""What a provider's answer means for a channel, in its own words where they are fit to be shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic_core import from_json

from medianest_common.errors import BadUpstream, MediaNestError, TooManyRequests, Unavailable
from medianest_common.http import AddressRefused, Response, SlowDown, UpstreamRefused
from medianest_common.security.redaction import redact_text
from medianest_notifications.adapters.channels.port import ChannelConfig
from medianest_notifications.adapters.channels.text import cut, one_line

_LONGEST_WORDS = 200
_LONGEST_WAIT = 24 * 3600.0
_SHORTEST_SECRET = 4
_FOR_NOW = frozenset({408, 421, 425})
"""Statuses of the 400s that say nothing about the message."""

type Judge = Callable[[int, dict[str, Any], str], MediaNestError]
"""From the status, the JSON object (empty where it was none), and a sentence that says what was answered."""
type Wait = Callable[[dict[str, Any]], float | None]


def number_in(answer: Response, *, kind: type[int] | type[str] = str) -> str:
    """Under which the provider has taken the message. A page to sign in at, with the status 200, has none, and what has
    one of another kind is somebody else's answer."""
    number = answer.json()["id"]
    if not isinstance(number, kind):
        raise TypeError(number)
    return str(number)


def no_page(answer: Response) -> Response:
    """Where nothing is asked for but a status. FCM calls its empty answer a page as well."""
    if answer.body.lstrip().startswith(b"<"):
        raise BadUpstream(f"{answer.system} answered with a page.", upstream=answer.system)
    return answer


@contextmanager
def judged(judge: Judge, config: ChannelConfig, *, words: str, wait: Wait | None = None) -> Iterator[None]:
    """Errors of a call become those of the port. `words` is the member of the answer that says why, `wait` reads
    for how many seconds to stay away where that is not in a header."""
    try:
        yield
    except UpstreamRefused as refused:
        document = members(refused.response)
        said = _sentence(refused.response, document.get(words), config)
        if refused.response.status in _FOR_NOW:
            raise Unavailable(said, upstream=refused.upstream) from None
        raise judge(refused.response.status, document, said) from None
    except SlowDown as limited:
        document = members(limited.response)
        seconds = wait(document) if wait else None
        raise TooManyRequests(
            _sentence(limited.response, document.get(words), config),
            upstream=limited.upstream,
            retry_after=limited.retry_after if seconds is None else seconds,
        ) from None
    except AddressRefused as refused:
        # It was allowed when it was kept. A name server that lies for a while must not end the channel.
        raise Unavailable(refused.detail, upstream=refused.upstream) from None


def members(response: Response) -> dict[str, Any]:
    try:
        found = from_json(response.body, allow_inf_nan=False)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def seconds(value: Any) -> float | None:
    """A wait as providers give it; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return min(max(0.0, float(value)), _LONGEST_WAIT)


def not_its_own(system: str, status: int) -> MediaNestError:
    """A 404 or the like that the provider itself never says: a proxy whose server is away answers like this."""
    return Unavailable(f"Something in front of {system} answered {status}.", upstream=system)


def harmless(text: str, config: ChannelConfig) -> str:
    """On one line, short, and without the channel's secrets."""
    for secret in config.secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "•••")
    return cut(redact_text(one_line(text)), _LONGEST_WORDS)


def _sentence(response: Response, said: Any, config: ChannelConfig) -> str:
    answered = f"{response.system} answered {response.status}"
    words = harmless(said, config).rstrip(".") if isinstance(said, str) else ""
    return f"{answered}: {words}." if words else f"{answered}."
