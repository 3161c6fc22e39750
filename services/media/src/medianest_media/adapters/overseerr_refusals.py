"""What Overseerr's 4xx answers mean. A 403 is many things, and only seldom a wrong key."""

import json

from medianest_common.errors import BadUpstream, MediaNestError
from medianest_common.http import UpstreamRefused
from medianest_media.adapters.backend import AlreadyThere, BackendMisconfigured, BackendRefused, UserUnknown
from medianest_media.titles import storable

_LONGEST_REASON = 200
_SYSTEM = "Overseerr"


def meaning(refused: UpstreamRefused) -> MediaNestError:
    """A permission check in front of a route answers `{"status", "error"}`, a handler with a reason `{"message"}`."""
    message = _message(refused)
    match refused.upstream_status:
        case 401:
            return wrong_key()
        case 403 if "csrf" in message.lower():
            return BackendMisconfigured(
                "Overseerr has CSRF protection on, which keeps API clients out. Switch it off in its settings.",
                upstream=_SYSTEM,
            )
        case 403 if not message:
            return UserUnknown("Overseerr does not know this user.")
        case 409:
            return AlreadyThere(message)
        case 404:
            return unexpected(refused)
        case _ if message:
            return BackendRefused(f"Overseerr says: {message}", upstream=_SYSTEM)
        case _:
            return unexpected(refused)


def wrong_key() -> BackendMisconfigured:
    return BackendMisconfigured("Overseerr does not accept our API key.", upstream=_SYSTEM)


def unexpected(refused: UpstreamRefused) -> BadUpstream:
    """Not one of Overseerr's own answers, as when a proxy or another application stands at its address."""
    return BadUpstream(
        f"Overseerr answered {refused.upstream_status}; its URL may be wrong.", upstream=_SYSTEM
    )


def says_not_found(refused: UpstreamRefused) -> bool:
    """A 404 in Overseerr's own words; one of a proxy in front of it means nothing."""
    return refused.upstream_status == 404 and "not found" in _message(refused).lower()


def _message(refused: UpstreamRefused) -> str:
    try:
        document = json.loads(refused.body)
    except (ValueError, RecursionError):
        return ""
    message = document.get("message") if isinstance(document, dict) else None
    return storable(message, longest=_LONGEST_REASON) if isinstance(message, str) else ""
