"""Who over there is who here: the same Plex account, and nothing else, makes two people one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.identity import Role
from medianest_common.contracts.media.importing import FindingKind, Outcome
from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Transaction
from medianest_media.adapters.overseerr_archive import TheirUser
from medianest_media.app import MediaApp
from medianest_media.imported import left_as, person_id
from medianest_media.models import Import, ImportFinding, Person
from medianest_media.repository.importing import ImportFindings

_REASONS = {
    Outcome.MATCHED: None,
    Outcome.TO_INVITE: "Has no account here. What they asked for becomes theirs when they sign in with Plex.",
    Outcome.NO_PLEX: "Has no Plex account in Overseerr, so it is not known who it is here.",
    Outcome.LEFT: "Has left, or was erased here; what they asked for belongs to nobody.",
}


_IN_TURN = text("""
    select pg_advisory_xact_lock(hashtextextended('plex account ' || plex_id, 0))
      from (select plex_id from unnest(cast(:plex_ids as bigint[])) as plex_id order by plex_id offset 0) as sorted
""")
"""`one_at_a_time` for many, in one order."""


@dataclass(frozen=True, slots=True)
class Everybody:
    """`users` by their number in Overseerr."""

    users: Mapping[int, TheirUser]
    accounts: Mapping[int, tuple[UUID, str]]
    """Id and name of those with an account here, by their Plex account."""
    gone: frozenset[int]
    """Plex accounts of those who have left."""
    erased: frozenset[UUID]
    """Of those without a Plex account, who an administrator has erased here."""

    def outcome(self, user: TheirUser) -> Outcome:
        if user.plex_id is None:
            return Outcome.LEFT if person_id(user) in self.erased else Outcome.NO_PLEX
        if user.plex_id in self.accounts:
            return Outcome.MATCHED
        return Outcome.LEFT if user.plex_id in self.gone else Outcome.TO_INVITE

    def who(self, number: int | None) -> tuple[UUID, str | None]:
        """The person here whose requests theirs are, and the name to write down."""
        user = self.users.get(number) if number is not None else None
        if user is None or self.outcome(user) is Outcome.LEFT:
            return NOBODY, None
        if user.plex_id is not None and user.plex_id in self.accounts:
            return self.accounts[user.plex_id]
        return person_id(user), user.name

    def strangers(self, numbers: Iterable[int | None]) -> list[TheirUser]:
        """Those of them who need a row of their own here."""
        found = {self.users[n] for n in numbers if n is not None and n in self.users}
        return [each for each in found if self.outcome(each) in (Outcome.TO_INVITE, Outcome.NO_PLEX)]


async def match_people(app: MediaApp, tx: Transaction, run: Import) -> Everybody:
    """And says so in the report. Until this transaction ends nobody signs in anew with any of these Plex accounts."""
    findings = ImportFindings(tx.session)
    rows = await findings.people(run.id)
    plex_ids = sorted({row.plex_id for row in rows if row.plex_id is not None})
    if not run.dry_run:
        await tx.session.execute(_IN_TURN, {"plex_ids": plex_ids})
    users = {row.their_id: _user(row) for row in rows}
    everybody = Everybody(
        users=users,
        accounts=await _accounts(tx, plex_ids, staying=not run.dry_run),
        gone=await _gone(app, tx, plex_ids),
        erased=await _erased(tx, [person_id(user) for user in users.values() if user.plex_id is None]),
    )
    unsaid = [row for row in rows if row.outcome is None]
    outcomes = [(row.their_id, everybody.outcome(everybody.users[row.their_id])) for row in unsaid]
    await findings.judged(
        run.id,
        FindingKind.PERSON,
        [(number, outcome.value, _REASONS[outcome], "{}") for number, outcome in outcomes],
    )
    return everybody


async def one_at_a_time(tx: Transaction, plex_id: int) -> None:
    """An import and a sign-in that tell of the same Plex account come one after the other."""
    key = func.hashtextextended(f"plex account {plex_id}", 0)
    await tx.session.execute(select(func.pg_advisory_xact_lock(key)))


async def keep_strangers(tx: Transaction, strangers: Sequence[TheirUser]) -> None:
    """Rows that hold their requests until they sign in. Somebody without Plex never does."""
    if not strangers:
        return
    rows = [
        {
            "id": person_id(user),
            "name": user.name,
            "role": Role.USER.value,
            "plex_id": user.plex_id,
            "backend_user_id": user.id,
            "version": 0,
            "imported": True,
            "erased_at": None,
        }
        for user in sorted(strangers, key=person_id)
    ]
    made = upsert(Person).values(rows)
    names = ("name", "plex_id", "backend_user_id", "imported", "erased_at")
    changes = {name: made.excluded[name] for name in names}
    await tx.session.execute(made.on_conflict_do_update(index_elements=["id"], set_=changes))


async def _accounts(
    tx: Transaction, plex_ids: Sequence[int], *, staying: bool
) -> dict[int, tuple[UUID, str]]:
    """`staying`: none of them leaves before what is written down as theirs is there to be erased with them."""
    statement = (
        select(Person.plex_id, Person.id, Person.name)
        .where(Person.plex_id.in_(plex_ids), Person.imported.is_(False), Person.erased_at.is_(None))
        .order_by(Person.id)
    )
    if staying:
        statement = statement.with_for_update(key_share=True)
    rows = await tx.session.execute(statement)
    return {plex_id: (number, name) for plex_id, number, name in rows if plex_id is not None}


async def _gone(app: MediaApp, tx: Transaction, plex_ids: Sequence[int]) -> frozenset[int]:
    named = {left_as(app.left_key, plex_id): plex_id for plex_id in plex_ids}
    statement = select(Person.left_as).where(Person.left_as.in_(list(named)))
    found = (await tx.session.execute(statement)).scalars()
    return frozenset(named[each] for each in found if each is not None)


async def _erased(tx: Transaction, people: Sequence[UUID]) -> frozenset[UUID]:
    statement = select(Person.id).where(Person.id.in_(people), Person.erased_at.is_not(None))
    return frozenset((await tx.session.execute(statement)).scalars())


def _user(row: ImportFinding) -> TheirUser:
    return TheirUser(id=row.their_id, plex_id=row.plex_id, name=str(row.said.get("name") or ""))
