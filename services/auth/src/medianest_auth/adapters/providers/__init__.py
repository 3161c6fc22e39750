"""The providers of this installation."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from medianest_auth.adapters.providers.discord import Discord
from medianest_auth.adapters.providers.github import GitHub
from medianest_auth.adapters.providers.oidc import Google, OpenIdConnect
from medianest_auth.adapters.providers.protocol import Leaving, Proven, Returned, SignInProvider
from medianest_auth.errors import ProviderUnknown
from medianest_auth.settings import AuthSettings
from medianest_common.clock import Clock

__all__ = ["Leaving", "Proven", "Returned", "SignInProvider", "SignInProviders", "open_providers"]


class SignInProviders:
    """Those that are on, in the order in which they are shown."""

    def __init__(self, providers: list[SignInProvider]) -> None:
        self._providers = {provider.id: provider for provider in providers}

    def __iter__(self) -> Iterator[SignInProvider]:
        return iter(self._providers.values())

    def named(self, id: str) -> SignInProvider:
        """Raises `ProviderUnknown`."""
        if id not in self._providers:
            raise ProviderUnknown("Choose one of those on the sign-in page.")
        return self._providers[id]

    def usable(self, id: str, *, issuer: str) -> bool:
        """Whether an identity at this issuer opens anything at present."""
        provider = self._providers.get(id)
        return provider is not None and provider.issuer == issuer


@asynccontextmanager
async def open_providers(settings: AuthSettings, *, clock: Clock) -> AsyncIterator[SignInProviders]:
    providers = SignInProviders(_configured(settings, clock=clock))
    try:
        yield providers
    finally:
        for provider in providers:
            await provider.aclose()


def _configured(settings: AuthSettings, *, clock: Clock) -> list[SignInProvider]:
    providers: list[SignInProvider] = [
        OpenIdConnect(
            entry.id,
            name=entry.name,
            issuer=entry.issuer,
            client_id=entry.client_id,
            client_secret=entry.client_secret.get_secret_value() if entry.client_secret else None,
            scopes=entry.scopes,
            open=entry.open,
            clock=clock,
        )
        for entry in settings.oidc_providers
    ]
    if settings.google_client_secret:
        providers.append(
            Google(
                issuer=settings.google_url,
                client_id=settings.google_client_id,
                client_secret=settings.google_client_secret.get_secret_value(),
                hosted_domain=settings.google_hosted_domain,
                open=settings.google_open,
                clock=clock,
            )
        )
    if settings.github_client_secret:
        providers.append(
            GitHub(
                url=settings.github_url,
                api_url=settings.github_api_url,
                client_id=settings.github_client_id,
                client_secret=settings.github_client_secret.get_secret_value(),
                open=settings.github_open,
                clock=clock,
            )
        )
    if settings.discord_client_secret:
        providers.append(
            Discord(
                url=settings.discord_url,
                client_id=settings.discord_client_id,
                client_secret=settings.discord_client_secret.get_secret_value(),
                open=settings.discord_open,
                clock=clock,
            )
        )
    return providers
