"""Settings of the auth service beyond those that every service has."""

from pydantic import Field

from medianest_common.settings import Settings


class AuthSettings(Settings):
    argon2_memory_kib: int = Field(default=47_104, ge=19_456)
    argon2_rounds: int = Field(default=2, ge=2)
    password_min_length: int = Field(default=12, ge=8, le=64)
