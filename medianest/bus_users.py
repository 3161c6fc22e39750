"""The users of the bus: a key for each service, and for nats-server what each may do.

What they may do is written into `bus_permissions.json` by `make docs`, so that starting the servers need not read the
code of all services, and so that a change of it is seen by whoever reads the change.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TypedDict

from medianest_common.seeds import OPERATOR, seed_file

_NAME = "bus_permissions.json"
_FOR_THE_SERVER = """\
# Made by `medianest nats-users`. Nobody comes in without a key.
authorization {{ timeout: 5, users: [
{users}
] }}
"""

_LINE = re.compile(r'^ *\{ nkey: "(?P<key>\w+)"(?:, permissions: (?P<may>\{.*\}))? \}$', re.MULTILINE)


class Permitted(TypedDict):
    publish: Sequence[str]
    subscribe: Sequence[str]
    never_publish: Sequence[str]


def permissions_document() -> dict[str, Permitted]:
    """From the code of all services."""
    from medianest import registry
    from medianest_common.bus.permissions import permissions

    return {
        name: Permitted(publish=found.publish, subscribe=found.subscribe, never_publish=found.never_publish)
        for name, found in sorted(permissions(registry.services()).items())
    }


def write_permissions() -> Path:
    path = Path(__file__).with_name(_NAME)
    path.write_text(json.dumps(permissions_document(), indent=1) + "\n", encoding="utf-8")
    return path


def permitted() -> Mapping[str, Permitted]:
    """As written at the last `make docs`."""
    found: dict[str, Permitted] = json.loads(files("medianest").joinpath(_NAME).read_text())
    return found


def make_seeds(folder: Path, names: Sequence[str]) -> list[str]:
    """What is missing of them; returns whose were made."""
    # It belongs to a package that needs this module.
    from medianest.embedded.data_folder import write_private

    made = []
    for name in names:
        path = seed_file(folder, name)
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, _fresh_seed())
        made.append(name)
    return made


def users(folder: Path, *, with_operator: bool) -> str:
    """The block `users` of nats-server's `authorization`, with keys made where there are none. It holds no secret."""
    return _block(_users(folder, with_operator=with_operator))


def write_users(folder: Path, *, beside: bool = False) -> list[str]:
    """For a server of one's own: keys that are missing, and `server/users.conf`, which nats-server includes. Returns
    whose keys were made. A container may be given one user's folder and none of the others.

    `beside` is for as long as two versions run: what is allowed already stays allowed.
    """
    # It belongs to a package that needs this module.
    from medianest.embedded.data_folder import write_whole

    path = folder / "server" / "users.conf"
    before = {each.parent.name for each in folder.glob("*/seed")}
    found = _users(folder, with_operator=True)
    if beside and path.exists():
        found = _together(_read(path.read_text(encoding="ascii")), found)
    path.parent.mkdir(parents=True, exist_ok=True)
    # It holds public halves only, and the server may be another user's program.
    write_whole(path, _FOR_THE_SERVER.format(users=_block(found)), mode=0o444)
    return [name for name in (*permitted(), OPERATOR) if name not in before]


def _users(folder: Path, *, with_operator: bool) -> dict[str, Permitted | None]:
    """What each may do, by public key; None for whoever may do everything."""
    allowed = permitted()
    make_seeds(folder, [*allowed, *([OPERATOR] if with_operator else [])])
    found: dict[str, Permitted | None] = {_public_key(folder, name): may for name, may in allowed.items()}
    if with_operator:
        found[_public_key(folder, OPERATOR)] = None
    return found


def _together(
    before: Mapping[str, Permitted | None], now: Mapping[str, Permitted | None]
) -> dict[str, Permitted | None]:
    """Users whom only one of them knows, too: those of a service that the other version has not."""
    both: dict[str, Permitted | None] = {**before, **now}
    for key in before.keys() & now.keys():
        old, new = before[key], now[key]
        if old and new and old != new:
            both[key] = Permitted(
                publish=sorted({*old["publish"], *new["publish"]}),
                subscribe=sorted({*old["subscribe"], *new["subscribe"]}),
                # Questions of the operator, which neither version asks in people's names.
                never_publish=sorted({*old["never_publish"], *new["never_publish"]}),
            )
    return both


def _block(found: Mapping[str, Permitted | None]) -> str:
    return "\n".join(_line(key, may) for key, may in found.items())


def _line(key: str, may: Permitted | None) -> str:
    if may is None:
        return f'  {{ nkey: "{key}" }}'
    publish = {"allow": may["publish"], **({"deny": may["never_publish"]} if may["never_publish"] else {})}
    allowed = {"publish": publish, "subscribe": {"allow": may["subscribe"]}}
    return f'  {{ nkey: "{key}", permissions: {json.dumps(allowed)} }}'


def _read(text: str) -> dict[str, Permitted | None]:
    """As `_block` has written it, be it of another version."""
    found: dict[str, Permitted | None] = {}
    for line in _LINE.finditer(text):
        may = json.loads(line["may"]) if line["may"] else None
        found[line["key"]] = may and Permitted(
            publish=may["publish"]["allow"],
            subscribe=may["subscribe"]["allow"],
            never_publish=may["publish"].get("deny", []),
        )
    return found


def _fresh_seed() -> str:
    import nkeys

    return str(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode())


def _public_key(folder: Path, name: str) -> str:
    """Raises `SetupError` for a seed that is none."""
    import nkeys

    from medianest.errors import SetupError

    path = seed_file(folder, name)
    try:
        return str(nkeys.from_seed(bytearray(path.read_bytes().strip())).public_key.decode())
    except (OSError, ValueError, nkeys.NkeysError) as error:
        raise SetupError(
            f"{path} holds no key of a user of the bus ({type(error).__name__}). Delete it, and the next start makes "
            "another."
        ) from None
