"""Plex, as far as administrators may set it."""

from dataclasses import dataclass, replace

from medianest_common.contracts.integrations import IntegrationKind
from medianest_common.errors import FieldError, Invalid
from medianest_common.integrations import IntegrationStore, Keyed, Values
from medianest_common.service import Runtime
from medianest_plex.models import Integration
from medianest_plex.settings import CLAIM, PlexSettings, as_a_base


@dataclass(frozen=True, slots=True, kw_only=True)
class PlexKind(Keyed):
    """Without an address the server is found through plex.tv."""

    def cleaned(self, values: Values) -> Values:
        cleaned = Keyed.cleaned(self, replace(values, url=as_a_base(values.url)))
        if cleaned.secret.startswith(CLAIM):
            message = (
                "This is a claim code, which only sets up a new server. Give the X-Plex-Token of its owner."
            )
            raise Invalid(errors=[FieldError("secret", message)])
        return cleaned


KINDS = (
    PlexKind(
        kind=IntegrationKind.PLEX,
        name="Plex",
        secret="token",
        secret_name="token",
        options=("server",),
        needs_url=False,
    ),
)


def integrations_of(runtime: Runtime[PlexSettings]) -> IntegrationStore[PlexSettings]:
    return IntegrationStore(
        Integration,
        KINDS,
        settings=runtime.settings,
        db=runtime.db,
        cipher=runtime.keys.cipher("integration"),
        clock=runtime.clock,
    )
