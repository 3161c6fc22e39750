"""What somebody may be called: nobody takes a name that looks like another's, or like an office."""

from collections.abc import Iterator
from itertools import count

from sqlalchemy import or_, text

from medianest_auth.look_alikes import name_key, name_shape
from medianest_auth.models import User
from medianest_auth.normalising import shown_name
from medianest_auth.repository import Users
from medianest_common.contracts.identity import Role
from medianest_common.errors import FieldError, Invalid

_LONGEST = 80
_OFFICES = frozenset(
    name_key(office).replace("l", "i")
    for office in ("admin", "administrator", "medianest", "moderator", "owner", "root", "support", "system")
)


async def chosen_name(users: Users, wanted: str, *, role: Role | str, own: User | None = None) -> str:
    """As it will be shown. Raises `Invalid` for one that cannot be told from somebody else's, or cannot be seen.

    Whoever else wants the same one waits until this transaction ends.
    """
    name = shown_name(wanted)
    if not name or not name_key(name):
        raise _wrong("Enter a name that can be seen.")
    if role == Role.USER and _is_office(name):
        raise _wrong("This name is kept for those who run the portal.")
    if await _is_taken(users, name, own=own):
        raise _wrong("Somebody here has this name, or one that looks like it.")
    return name


async def given_name(
    users: Users, wanted: str, *, source: str, role: Role | str, own: User | None = None
) -> str:
    """For a name that comes from elsewhere and cannot be refused: with its source where it would be mistaken."""
    for name in _variants(shown_name(wanted) or source, source):
        misleads = role == Role.USER and _is_office(name)
        if not misleads and not await _is_taken(users, name, own=own):
            return name
    raise AssertionError("there is always another number")


def _variants(name: str, source: str) -> Iterator[str]:
    yield name
    for number in count(1):
        suffix = f" ({source})" if number == 1 else f" ({source} {number})"
        yield name[: _LONGEST - len(suffix)] + suffix


def _is_office(name: str) -> bool:
    return name_key(name).replace("l", "i") in _OFFICES


async def _is_taken(users: Users, name: str, *, own: User | None) -> bool:
    key, shape = name_key(name), name_shape(name)
    lock = text("select pg_advisory_xact_lock(hashtextextended(:name, 7318))")
    for locked in sorted({key.replace("i", "l"), shape.casefold().replace("i", "l")}):
        await users.session.execute(lock, {"name": locked})
    alike = or_(User.name_key == key, User.name_shape == shape)
    return await users.count(alike, *([User.id != own.id] if own else [])) > 0


def _wrong(message: str) -> Invalid:
    return Invalid("Choose another name.", errors=[FieldError("name", message)])
