"""What containers need besides `run`: secrets that are made once."""

import secrets
from pathlib import Path

from medianest.bus_users import write_users
from medianest.embedded.data_folder import write_whole


def write_secrets(
    folder: Path, *, database: Path, bus: Path | None = None, beside: bool = False
) -> list[str]:
    """Makes what is missing of the keyring and of the database's password, which lies in a folder of its own: the
    database server reads it, as a user of its own, and nothing else of ours. In `bus` there is such a folder for NATS
    and for each of its users; `beside` leaves allowed there what is allowed. Returns the names of those made."""
    from medianest_common.security.encryption import KeyRing

    keyring, password = folder / "keyring", database / "password"
    made = [path.name for path in (keyring, password) if not path.exists()]
    KeyRing.load_or_generate(keyring)
    if not password.exists():
        database.mkdir(parents=True, exist_ok=True)
        write_whole(password, secrets.token_hex(32), mode=0o444)
    if bus is not None:
        made += [f"{name}'s key" for name in write_users(bus, beside=beside)]
    known = password.read_text(encoding="ascii")
    write_whole(folder / "database_url", f"postgresql://postgres:{known}@postgres:5432/medianest", mode=0o600)
    return made
