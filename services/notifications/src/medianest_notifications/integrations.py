"""The mail server, as far as it may be set while the service runs.

Links that reset passwords go through it. Whoever sets it could read the owner's, so that only the owner may.
"""

from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

from medianest_common.addresses import AddressPolicy, AddressRefused, check_literal
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.integrations import IntegrationKind
from medianest_common.errors import FieldError, Invalid
from medianest_common.integrations import IntegrationStore, Values
from medianest_common.service import Runtime
from medianest_notifications.models import Integration
from medianest_notifications.settings import MailServer, NotificationsSettings, parse_server

_USUAL = {"username": "", "from": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpKind:
    """`smtp://mail.example.org:587?tls=starttls` as address, the password as secret."""

    kind: IntegrationKind = IntegrationKind.SMTP
    name: str = "Mail server"
    permission: Permission = Permission.MANAGE_ADMINS
    asks_for_proof: bool = True

    @property
    def variables(self) -> list[str]:
        return ["MEDIANEST_SMTP_URL", "MEDIANEST_MAIL_FROM"]

    def read(self, settings: NotificationsSettings) -> Values:
        server = settings.mail_server
        if server is None:
            return Values(options=_USUAL)
        options = {"username": server.user or "", "from": settings.mail_from}
        return Values(_address(server), server.password or "", options)

    def write(self, values: Values | None) -> dict[str, Any]:
        if values is None:
            return {"smtp_url": None, "mail_from": ""}
        url = values.url
        if user := str(values.options.get("username") or ""):
            scheme, _, rest = url.partition("://")
            url = f"{scheme}://{quote(user, safe='')}:{quote(values.secret, safe='')}@{rest}"
        return {"smtp_url": SecretStr(url), "mail_from": values.options.get("from") or ""}

    def cleaned(self, values: Values) -> Values:
        url = values.url.strip()
        if "@" in url:
            message = "Give the user name as an option and the password as the secret."
            raise Invalid(errors=[FieldError("url", message)])
        try:
            server = parse_server(url)
        except ValueError:
            message = "It is like smtp://mail.example.org:587?tls=starttls (or tls=implicit, tls=none)."
            raise Invalid(errors=[FieldError("url", message)]) from None
        _check_host(server.host)
        options = {name: _text(values.options.get(name), name) for name in _USUAL}
        if set(values.options) - set(_USUAL):
            raise Invalid(errors=[FieldError("options", "A mail server has no such option.")])
        if options["username"] and not values.secret:
            raise Invalid(errors=[FieldError("secret", "The password is needed, also for another address.")])
        return replace(values, url=_address(server), options=options)

    def is_complete(self, values: Values) -> bool:
        return bool(values.url and values.options.get("from"))

    def field_of(self, setting: str) -> str:
        return "options.from" if setting == "mail_from" else "url"


def integrations_of(
    runtime: Runtime[NotificationsSettings],
) -> IntegrationStore[NotificationsSettings]:
    return IntegrationStore(
        Integration,
        (SmtpKind(),),
        settings=runtime.settings,
        db=runtime.db,
        cipher=runtime.keys.cipher("integration"),
        clock=runtime.clock,
    )


def _address(server: MailServer) -> str:
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"smtp://{host}:{server.port}?tls={server.tls.value}"


def _check_host(host: str) -> None:
    try:
        check_literal(ip_address(host), policy=AddressPolicy.MONITOR)
    except AddressRefused as refused:
        raise Invalid(errors=[FieldError("url", refused.detail or refused.title)]) from None
    except ValueError:
        return  # a name


def _text(value: object, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 320 or not value.isprintable():
        raise Invalid(errors=[FieldError(f"options.{name}", "This cannot be used.")])
    return value.strip()
