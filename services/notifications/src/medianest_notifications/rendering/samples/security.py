from collections.abc import Mapping, Sequence
from typing import Any

_FIREFOX = {"browser": "Firefox on Linux", "place": "192.0.2.0/24"}
_UNSEEN = {"browser": None, "place": None}
_CHANGES = (
    "totp_on",
    "totp_off",
    "passkey_added",
    "passkey_removed",
    "recovery_codes_renewed",
    "reset_by_admin",
)
_WAYS = ("password", "plex", "passkey", "github", "google", "discord", "oidc")
_ACCOUNTS: list[dict[str, Any]] = [
    {"provider": "GitHub", "account": "ada"},
    {"provider": "Plex", "account": None},
]

SAMPLES: Mapping[str, Sequence[dict[str, Any]]] = {
    "security.new_sign_in": [
        *({"method": method, **_FIREFOX} for method in _WAYS),
        {"method": "plex", **_UNSEEN},
    ],
    "security.session_reused": [{}],
    "security.session_limit": [{}],
    "security.password_changed": [{}],
    "security.second_factor_changed": [
        *({"change": "recovery_code_used", "name": None, "left": left} for left in (7, 2, 0)),
        *({"change": change, "name": "Phone", "left": 10} for change in _CHANGES),
        {"change": "passkey_added", "name": None, "left": 10},
    ],
    "security.identity_linked": _ACCOUNTS,
    "security.identity_unlinked": _ACCOUNTS,
    "security.second_factor_blocked": [_FIREFOX, _UNSEEN],
    "security.token_created": [{"name": "Kitchen radio", "scopes": ["read", "request"]}],
    "people.invite_accepted": [{"who": "Nora"}, {"who": None}],
}
