"""Settings from the environment, from files for secrets, and from one optional medianest.toml."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, JsonValue, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "MEDIANEST_"
_CONTAINER_SECRETS = Path("/run/secrets")
_SHORTEST_SECRET = 32
_SMALL = "small"


class SettingsError(Exception):
    """Says in words which variables are wrong and why."""


class SecretFiles(PydanticBaseSettingsSource):
    """`MEDIANEST_X_FILE` names a file that holds the value of `MEDIANEST_X`."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        variable = f"{PREFIX}{field_name.upper()}_FILE"
        path = os.environ.get(variable)
        if not path:
            return None, field_name, False
        try:
            ensure_private(Path(path), variable=variable)
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except OSError as error:
            raise SettingsError(f"{variable}: cannot read {path}: {error.strerror}") from error
        except UnicodeDecodeError:
            raise SettingsError(f"{variable}: {path} is not text.") from None

    def __call__(self) -> dict[str, Any]:
        values = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in values.items() if value is not None}


class SmallValues(PydanticBaseSettingsSource):
    """With `MEDIANEST_PROFILE=small`: what `smaller` says, for all that nobody has set."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        extra = field.json_schema_extra
        return extra.get(_SMALL) if isinstance(extra, dict) else None, field_name, False

    def __call__(self) -> dict[str, Any]:
        if self.current_state.get("profile") != _SMALL:
            return {}
        values = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in values.items() if value is not None}


def smaller(value: int) -> dict[str, JsonValue]:
    """For `json_schema_extra` of a setting: what it is on a small machine."""
    return {_SMALL: value}


def ensure_private(path: Path, *, variable: str) -> None:
    """Nobody else may read a secret, nor put another in its place. In a container's own folder for secrets the engine
    decides about modes, and there is nobody else."""
    if _CONTAINER_SECRETS in path.absolute().parents:
        return
    if path.stat().st_mode & 0o027:
        raise SettingsError(f"{variable}: {path} may be read or written by others; run: chmod 600 {path}")


class Settings(BaseSettings):
    """What every service needs. A service's own settings class adds to it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8585, ge=0, le=65535)
    ops_port: int | None = Field(default=None, ge=0, le=65535)
    """Where a service that runs alone answers /health and /metrics; unset in one process, where the gateway does. A
    gateway that is given another port than its own answers there as well, for those who are not to come by its door."""
    base_url: str = "http://localhost:8585"
    trusted_proxies: str = ""
    data_dir: Path = Path("data")
    setup_token: SecretStr | None = None
    secret_key: SecretStr | None = None
    """The keyring, entries `id:base64` on lines or parted by commas; made and kept in the data folder if not given."""
    metrics_token: SecretStr | None = None

    nats_url: str = ""
    nats_seeds_dir: Path | None = None
    """Where the secret halves of the keys are that services come to NATS with, `<service>/seed`; unset where `nats_url`
    says as whom."""
    nats_copies: Literal[1, 3, 5] | None = None
    """How many nodes of a NATS cluster hold each stream; unset: one where they are made, else what there is."""
    nats_ca_file: Path | None = None
    """Who vouches for NATS at a `tls://` address, where that is nobody the system knows."""
    database_url: str = ""
    """An administrator's address, for migrations; services derive their own role's address from it."""
    valkey_url: str = ""
    profile: Literal["standard", "small"] = "standard"
    """`small` is for a machine with 1 GB or less, such as a Raspberry Pi. Whatever else is set wins over it."""
    database_connections: int = Field(default=10, ge=2, le=100, json_schema_extra=smaller(3))
    """At most, of one replica of a service; and one more to lead with."""

    sentry_dsn: SecretStr | None = None
    """Where faults of ours are told, as Sentry and its like give it: `https://key@host/project`."""
    sentry_environment: str = Field(default="production", pattern=r"^[A-Za-z0-9._-]{1,64}$")

    otlp_endpoint: str = ""
    """A collector of OpenTelemetry, such as http://collector:4318; `OTEL_EXPORTER_OTLP_ENDPOINT` is understood too."""
    trace_sample: float = Field(default=1.0, ge=0, le=1)
    """The share of the traces that begin here which are recorded."""

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

    @field_validator("otlp_endpoint")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("must be like http://collector:4318")
        return value

    @field_validator("sentry_dsn")
    @classmethod
    def _names_a_project(cls, value: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(value.get_secret_value().strip()) if value else None
        if parts is None:
            return None
        project = parts.path.rpartition("/")[2]
        if parts.scheme not in ("http", "https") or not (
            parts.username and parts.hostname and project.isdigit()
        ):
            raise ValueError("must be like https://key@sentry.example.org/1")
        return SecretStr(parts.geturl())

    @field_validator("setup_token", "metrics_token")
    @classmethod
    def _is_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        """By length and not by words: a random secret may well hold `test`."""
        if value is not None and len(value.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(
                f"must be at least {_SHORTEST_SECRET} characters long; try: openssl rand -hex {_SHORTEST_SECRET // 2}"
            )
        return value

    def file_of(self, name: str) -> Path | None:
        """The file that the value of this setting was read from, if it was; it may be replaced while we run."""
        path, secret = os.environ.get(f"{PREFIX}{name.upper()}_FILE"), getattr(self, name)
        if not path or secret is None:
            return None
        found = SecretFiles(type(self)).get_field_value(None, name)[0]
        return Path(path) if found == secret.get_secret_value() else None

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
            SmallValues(settings_cls),
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
