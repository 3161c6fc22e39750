"""How an integration stands in the settings of the service that owns it, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from medianest_common.contracts.base import to_camel
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.integrations import IntegrationKind, Option
from medianest_common.errors import FieldError, Invalid
from medianest_common.http import AddressPolicy, AddressRefused, parse_url
from medianest_common.settings import PREFIX, Settings

_PORTS = {"http": 80, "https": 443, "smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Values:
    """What one integration is made of. Empty where it is not set."""

    url: str = ""
    secret: str = field(default="", repr=False)
    options: Mapping[str, Option] = field(default_factory=dict)


class Kind(Protocol):
    @property
    def kind(self) -> IntegrationKind: ...

    @property
    def name(self) -> str: ...

    @property
    def permission(self) -> Permission: ...

    @property
    def asks_for_proof(self) -> bool:
        """Whether somebody who changes it has to have signed in a moment ago."""
        ...

    @property
    def variables(self) -> list[str]: ...

    def read(self, settings: Any) -> Values: ...

    def write(self, values: Values | None) -> dict[str, Any]:
        """The settings that say the same; without values, that there is none."""
        ...

    def cleaned(self, values: Values) -> Values:
        """Raises `Invalid` for what cannot be so, whoever is asked."""
        ...

    def is_complete(self, values: Values) -> bool: ...

    def field_of(self, setting: str) -> str:
        """Which field of a change a setting stands for."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A system at an address that is asked with one key: `<prefix>_url`, `<prefix>_<secret>`, and what is chosen."""

    kind: IntegrationKind
    name: str
    secret: str = "api_key"
    options: Sequence[str] = ()
    instead_of: Sequence[str] = ()
    """Settings that say the same in another way, which do not count beside what is set."""
    usual_url: str = ""
    needs_url: bool = True
    needs_secret: bool = True
    secret_name: str = "API key"
    permission: Permission = Permission.MANAGE_SERVICES
    asks_for_proof: bool = False

    @property
    def variables(self) -> list[str]:
        return [f"{PREFIX}{name.upper()}" for name in self._settings()]

    def read(self, settings: Settings) -> Values:
        secret: SecretStr | None = getattr(settings, self._name(self.secret))
        return Values(
            url=getattr(settings, self._name("url")),
            secret=secret.get_secret_value().strip() if secret else "",
            options={to_camel(name): getattr(settings, self._name(name)) for name in self.options},
        )

    def write(self, values: Values | None) -> dict[str, Any]:
        if values is None:
            return {self._name("url"): self.usual_url, self._name(self.secret): None, **self._without()}
        chosen = {
            self._name(name): values.options[to_camel(name)]
            for name in self.options
            if to_camel(name) in values.options
        }
        secret = SecretStr(values.secret) if values.secret else None
        return {self._name("url"): values.url, self._name(self.secret): secret, **self._without(), **chosen}

    def cleaned(self, values: Values) -> Values:
        url = values.url.strip().rstrip("/") or self.usual_url
        if url or self.needs_url:
            check_web_address(url)
        secret = values.secret.strip()
        if not (secret.isascii() and (secret.isprintable() or not secret)):
            raise Invalid(errors=[FieldError("secret", "It holds characters that cannot be sent.")])
        if self.needs_secret and not secret:
            raise Invalid(
                errors=[FieldError("secret", f"The {self.secret_name} is needed, also for another address.")]
            )
        unknown = sorted(set(values.options) - {to_camel(name) for name in self.options})
        if unknown:
            raise Invalid(errors=[FieldError("options", f"{self.name} has no such option.")])
        return Values(url, secret, values.options)

    def is_complete(self, values: Values) -> bool:
        return bool((values.url or not self.needs_url) and (values.secret or not self.needs_secret))

    def field_of(self, setting: str) -> str:
        short = setting.removeprefix(f"{self.kind.value}_")
        if short in ("url", self.secret):
            return "url" if short == "url" else "secret"
        return f"options.{to_camel(short)}"

    def _without(self) -> dict[str, Any]:
        return {self._name(name): None for name in self.instead_of}

    def _name(self, short: str) -> str:
        return f"{self.kind.value}_{short}"

    def _settings(self) -> list[str]:
        return [self._name(short) for short in ("url", self.secret, *self.options)]


def check_web_address(url: str) -> None:
    """Anywhere a household's servers may be, this machine included; never what clouds tell their machines."""
    try:
        parts = urlsplit(url)
        _ = parts.port
        if "@" in parts.netloc:
            raise Invalid(errors=[FieldError("url", "Give what it is opened with as the secret.")])
        parse_url(url, policy=AddressPolicy.MONITOR)
    except AddressRefused as refused:
        raise Invalid(errors=[FieldError("url", refused.detail or refused.title)]) from None
    except ValueError:
        raise Invalid(errors=[FieldError("url", "This is no address.")]) from None
    if parts.query or parts.fragment:
        raise Invalid(errors=[FieldError("url", "Give the address without a query.")])


def origin_of(url: str) -> str:
    """Scheme, host and port: whom a secret was given for."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return url
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"
