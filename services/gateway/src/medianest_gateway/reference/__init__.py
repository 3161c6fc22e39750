"""What the description of the API says beside its routes, and the page that shows it."""

import json
from pathlib import Path
from typing import Any

from medianest_common.web.app import About
from medianest_common.web.description.refusals import Refusal, Refusals

FOLDER = Path(__file__).parent
PAGE = FOLDER / "page"
REFUSALS = FOLDER / "refusals.json"
"""Made from the code of all services by `tools/refusals.py`, as the gateway does not have them."""

_TEXT = """\
One portal over a household's media server: sign in, search and ask for films and series, browse the library, download
from YouTube into it, see what is up, and be told the moment something changes.

**Signing in.** Send `Authorization: Bearer` with an access token or a personal token (`mnp_…`, made under
`/auth/tokens`), or the cookies that a sign-in sets. Callers with cookies send the CSRF token of `/csrf` with everything
that changes something. A wrong Bearer never falls back on a cookie.

**Documents.** JSON in camelCase; fields that are not known are refused with 422. Times are RFC 3339 in UTC with `Z`,
durations seconds, sizes bytes. Take fields and values of an answer that you do not know as news, not as a fault.

**Lists** answer `items` and `nextCursor`, which is null on the last page: hand it back as `cursor`. It is opaque, and
page 5,000 costs what page 1 costs.

**Refusals** are `application/problem+json` (RFC 9457). Decide by `status` and `code`, which stay; `title` and `detail`
are for people. `correlationId` is what to tell an administrator. With 429 and 503 `Retry-After` says when to come back.

**Once only.** Give a POST that makes something an `Idempotency-Key`: the same key with the same body has the first
answer again for 24 hours.
"""

_TAGS = {
    "Health": "Whether the portal lives and can work. For probes and load balancers; public.",
    "Sign-in": "Passwords, Plex and the CSRF token: how a browser or an app gets its session.",
    "Sign-in elsewhere": "GitHub, Google, Discord or any OpenID provider, and which accounts there are one's own.",
    "Second factor": "Codes of an app, passkeys, recovery codes, and proving once more who one is.",
    "Sessions": "Where one is signed in, from where one signed in, and how to end it.",
    "Personal tokens": "For scripts and other programs: narrow, expiring, shown once.",
    "Invitations": "Links that bring somebody into the household once.",
    "Account": "One's profile, all that is kept about one, and how to leave.",
    "Forward-auth": "Lets a reverse proxy ask whether a visitor of another service is signed in here.",
    "Media catalogue": "Films, series and people to find, whether or not the household has them.",
    "Media requests": "Asking for a title, and everything that becomes of it: decisions, quotas, rules, watchlists.",
    "Issues": "What is wrong with something that is there: picture, sound, subtitles.",
    "Plex": "The library as it is: search, browse, what is played, collections.",
    "YouTube": "Downloads into the library, channels that are followed, and what limits them.",
    "Services": "What is up, for whoever may see it: states, history, badges, public status pages, heartbeats.",
    "Dashboard": "What a first page shows, part by part: each fresh, stale or unavailable by itself.",
    "Notifications": "The inbox, the ways out of it, and who wants to be told of what.",
    "Administration": "People, errors, what broke and was mended, and what the system says about itself.",
    "Monitors": "What is watched and how; incidents, maintenance and status pages.",
    "Integrations": "The other systems: addresses, keys, and whether they work.",
    "Webhooks": "Where other systems report. Answered once the report is kept, before anything is done with it.",
}


def refusals() -> Refusals:
    found = json.loads(REFUSALS.read_text())
    return Refusals(
        tuple(Refusal(**{**one, "advice": tuple(one["advice"])}) for one in found["codes"]),
        {operation: tuple(codes) for operation, codes in found["operations"].items()},
    )


def _examples() -> dict[str, Any]:
    # Two megabytes which nobody needs before somebody asks for the description.
    from medianest_gateway.dashboard import examples

    return {
        "readStats": examples.STATS,
        "readStatus": examples.STATUS,
        "readNotifications": examples.NOTIFICATIONS,
    }


ABOUT = About(
    _TEXT,
    _TAGS,
    refusals,
    _examples,
)
