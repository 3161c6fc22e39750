"""The access token in a provider's answer. It is used in the same breath and kept nowhere."""

from collections.abc import Mapping
from typing import Any

from medianest_auth.adapters.providers.troubles import of_token_error, refused


def access_token(provider: str, answer: Mapping[str, Any]) -> str:
    # GitHub says no with a 200.
    if "error" in answer:
        raise of_token_error(provider, answer["error"], status=200)
    token = answer.get("access_token")
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise refused(provider, "no access token")
    return token
