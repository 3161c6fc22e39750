"""Settings from the environment, from files for secrets, and from one optional medianest.toml."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "MEDIANEST_"


class SettingsError(Exception):
    """Says in words which variables are wrong and why."""


class SecretFiles(PydanticBaseSettingsSource):
    """`MEDIANEST_X_FILE` names a file that holds the value of `MEDIANEST_X`."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\n"), field_name, False
        except OSError as error:
            raise SettingsError(
                f"{PREFIX}{field_name.upper()}_FILE: cannot read {path}: {error.strerror}"
            ) from error

    def __call__(self) -> dict[str, Any]:
        values = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in values.items() if value is not None}


class Settings(BaseSettings):
    """What every service needs. A service's own settings class adds to it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8585, ge=0, le=65535)
    ops_port: int | None = Field(default=None, ge=0, le=65535)
    """Where a service that runs alone answers /health and /metrics; unset in one process, where the gateway does."""
    base_url: str = "http://localhost:8585"
    trusted_proxies: str = ""
    data_dir: Path = Path("data")
    setup_token: SecretStr | None = None
    secret_key: SecretStr | None = None
    """The keyring, lines of `id:base64`; made and kept in the data folder when it is not given."""
    metrics_token: SecretStr | None = None

    nats_url: str = ""
    database_url: str = ""
    """An administrator's address, for migrations; services derive their own role's address from it."""
    valkey_url: str = ""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json", "auto"] = "auto"

    plex_tv_url: str = "https://plex.tv"
    plex_app_url: str = "https://app.plex.tv"
    """Where a person agrees to sign in with Plex."""

    @field_validator("base_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be like https://nest.example.org or https://example.org/nest")
        return value.rstrip("/")

    @cached_property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS, so that cookies can be locked to it."""
        return self.base_url.startswith("https://")

    @cached_property
    def base_path(self) -> str:
        return urlsplit(self.base_url).path.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = Path(os.environ.get(f"{PREFIX}CONFIG", "medianest.toml"))
        return (
            init_settings,
            env_settings,
            SecretFiles(settings_cls),
            TomlConfigSettingsSource(settings_cls, toml),
        )


def load[S: Settings](kind: type[S], **overrides: Any) -> S:
    """Raises `SettingsError` that names every wrong variable."""
    try:
        return kind(**overrides)
    except ValidationError as error:
        problems = [
            f"{PREFIX}{'_'.join(map(str, e['loc'])).upper()}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        ]
        raise SettingsError("\n".join(problems)) from None
