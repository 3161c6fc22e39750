"""The secret in the set-up link. Whoever has it becomes the first owner, so only who runs the installation sees it."""

import base64
import os
from pathlib import Path
from urllib.parse import quote

from medianest_common.security.encryption import KeyRing
from medianest_common.security.tokens import same_token
from medianest_common.settings import Settings

_SET_UP_PAGE = "/setup#token="


class SetupToken:
    """From the settings, or derived from the keyring, so that every replica knows the same one without storing it.

    While no owner exists it also lies in a file of the data folder, for the command line; see `setup_link`.
    """

    def __init__(self, settings: Settings, *, keys: KeyRing) -> None:
        given = settings.setup_token.get_secret_value() if settings.setup_token else None
        derived = base64.urlsafe_b64encode(keys.derive("setup-token")).rstrip(b"=").decode()
        self._token = given or f"mns_{derived}"
        self._file = _file(settings)

    def matches(self, token: str) -> bool:
        return same_token(token, self._token)

    def offer(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(self._token, encoding="utf-8")
        draft.replace(self._file)

    def withdraw(self) -> None:
        self._file.unlink(missing_ok=True)


def setup_link(settings: Settings) -> str | None:
    """Where the first owner is made, while there is none; the token stays out of logs by standing behind the `#`."""
    try:
        token = _file(settings).read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return f"{settings.base_url}{_SET_UP_PAGE}{quote(token, safe='')}"


def _file(settings: Settings) -> Path:
    return Path(settings.data_dir) / "secrets" / "setup_token"
