"""What a container needs besides `run`: secrets that are made once, and a look at whether its service can work."""

import secrets
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from medianest_common.settings import Settings

_ASK_SECONDS = 4.0


def write_secrets(folder: Path, *, database: Path) -> list[str]:
    """Makes what is missing of the keyring and of the database's password, which lies in a folder of its own: the
    database server reads it, as a user of its own, and nothing else of ours. Returns the names of those made."""
    from medianest_common.security.encryption import KeyRing

    keyring, password = folder / "keyring", database / "password"
    made = [path.name for path in (keyring, password) if not path.exists()]
    KeyRing.load_or_generate(keyring)
    if not password.exists():
        _write(password, secrets.token_hex(32), mode=0o444)
    known = password.read_text(encoding="ascii")
    _write(folder / "database_url", f"postgresql://postgres:{known}@postgres:5432/medianest", mode=0o600)
    return made


def is_ready(settings: Settings) -> bool:
    """Whether the service of this container says that it can work."""
    port = settings.port if settings.ops_port is None else settings.ops_port
    try:
        # Our own address, and never another's.
        with urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=_ASK_SECONDS) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _write(path: Path, text: str, *, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="ascii")
    draft.chmod(mode)
    draft.replace(path)
