"""Settings of the auth service beyond those that every service has."""

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from medianest_auth.oidc_settings import OidcProvider, may_be_reached, read_providers
from medianest_common.settings import PREFIX, Settings, smaller


class AuthSettings(Settings):
    argon2_memory_kib: int = Field(default=47_104, ge=19_456, json_schema_extra=smaller(19_456))
    argon2_rounds: int = Field(default=2, ge=2)
    password_min_length: int = Field(default=12, ge=8, le=64)
    totp_window: int = Field(default=1, ge=0, le=1)
    """How many steps of 30 s before and after the present one an app's code is good for."""
    password_sign_in: Literal["on", "owner_only"] = "on"
    """`owner_only` leaves a password to the owner alone, who can then come in when everything else is down."""
    plex_sign_up: Literal["members", "imported"] = "members"
    """Who gets an account by signing in with Plex: everybody the server is shared with, or nobody who has none yet."""
    rate_limit_scale: float = Field(default=1, gt=0)
    """What the gateway's limits are multiplied by goes for refreshes too, never for tries to sign in."""
    audit_days: int = Field(default=400, ge=30, le=36_500)
    """How long the audit log is kept."""
    sign_in_days: int = Field(default=180, ge=7, le=3_650)
    """How long people see their own sign-ins, and administrators the figures of all."""

    github_client_id: str = ""
    github_client_secret: SecretStr | None = Field(default=None, validate_default=True)
    github_open: bool = False
    """Whether anybody with an account there gets one here. Without it only people who are invited or have linked it."""
    github_url: str = "https://github.com"
    github_api_url: str = "https://api.github.com"

    google_client_id: str = ""
    google_client_secret: SecretStr | None = Field(default=None, validate_default=True)
    google_open: bool = False
    google_hosted_domain: str = ""
    """Only accounts of this Google Workspace domain."""
    google_url: str = "https://accounts.google.com"

    discord_client_id: str = ""
    discord_client_secret: SecretStr | None = Field(default=None, validate_default=True)
    discord_open: bool = False
    discord_url: str = "https://discord.com"

    oidc_providers: Annotated[tuple[OidcProvider, ...], NoDecode] = ()

    @field_validator("github_client_secret", "google_client_secret", "discord_client_secret")
    @classmethod
    def _goes_with_its_id(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        id_field = str(info.field_name).replace("_secret", "_id")
        if bool(info.data.get(id_field)) is not bool(value):
            other = f"{PREFIX}{id_field.upper()}"
            raise ValueError(f"is missing, while {other} is set" if not value else f"is set without {other}")
        return value

    @field_validator("github_url", "github_api_url", "google_url", "discord_url")
    @classmethod
    def _is_safe(cls, value: str, info: ValidationInfo) -> str:
        if not may_be_reached(value, base_url=info.data.get("base_url", "")):
            raise ValueError("must start with https://")
        return value.rstrip("/")

    @field_validator("oidc_providers", mode="before")
    @classmethod
    def _are_readable(cls, value: Any) -> list[OidcProvider]:
        return read_providers(value)

    @field_validator("oidc_providers")
    @classmethod
    def _are_safe(cls, value: tuple[OidcProvider, ...], info: ValidationInfo) -> tuple[OidcProvider, ...]:
        for provider in value:
            if not may_be_reached(provider.issuer, base_url=info.data.get("base_url", "")):
                raise ValueError(f"the issuer of {provider.id} must start with https://")
            if info.data.get("google_client_id") and provider.issuer == info.data.get("google_url"):
                raise ValueError(f"{provider.id} is Google, which {PREFIX}GOOGLE_CLIENT_ID turns on already")
        return value
