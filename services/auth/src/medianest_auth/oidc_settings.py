"""The OpenID Connect providers of an installation, as its administrator writes them down."""

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from medianest_common.contracts.base import to_camel

RESERVED = frozenset({"github", "google", "discord", "plex", "password", "passkey"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")


class OidcProvider(BaseModel):
    """One entry of `MEDIANEST_OIDC_PROVIDERS`. A client without a secret is a public one and proves itself by PKCE."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")
    """Part of the callback address, so it must not change."""
    name: str = Field(min_length=1, max_length=40)
    issuer: str
    """To the letter what the provider's discovery document calls itself, a slash at the end included."""
    client_id: str = Field(min_length=1, max_length=255)
    client_secret: SecretStr | None = None
    scopes: str = "openid profile email"
    open: bool = False
    """Whether somebody whom the provider knows and we do not gets an account."""

    @field_validator("id")
    @classmethod
    def _is_free(cls, value: str) -> str:
        if value in RESERVED:
            raise ValueError("is the name of a way to sign in that is built in")
        return value

    @field_validator("issuer")
    @classmethod
    def _is_an_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        plain = (
            not (parts.query or parts.fragment or parts.username) and value.isascii() and value.isprintable()
        )
        if parts.scheme not in ("http", "https") or not parts.hostname or not plain or " " in value:
            raise ValueError("must be like https://id.example.org")
        return value

    @field_validator("scopes")
    @classmethod
    def _asks_for_an_id_token(cls, value: str) -> str:
        if not _SCOPE.fullmatch(value) or "openid" not in value.split():
            raise ValueError("must be scopes separated by blanks, openid among them")
        return value


def read_providers(value: Any) -> list[OidcProvider]:
    """From JSON text, or from tables of medianest.toml. Raises ValueError that says which entry is wrong, and how."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise ValueError(f"is not JSON: {error}") from None
    if not isinstance(value, Sequence):
        raise ValueError("must be a list of providers")
    providers: list[OidcProvider] = []
    wrong: list[str] = []
    for number, entry in enumerate(value, start=1):
        try:
            providers.append(OidcProvider.model_validate(entry))
        except ValidationError as error:
            wrong += [f"entry {number}: {_in_words(each)}" for each in error.errors()]
    for what, values in (("id", [p.id for p in providers]), ("issuer", [p.issuer for p in providers])):
        wrong += [f"{what} {twice} is used twice" for twice in {v for v in values if values.count(v) > 1}]
    if wrong:
        raise ValueError("; ".join(sorted(wrong)))
    return providers


def may_be_reached(url: str, *, base_url: str) -> bool:
    """Over TLS; without it only on this machine, and only by an installation that nobody else can reach either."""
    issuer, own = urlsplit(url), urlsplit(base_url)
    if issuer.scheme == "https":
        return True
    return issuer.hostname in _LOOPBACK and own.scheme == "http" and own.hostname in _LOOPBACK


def _in_words(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{where} {message}" if where else message
