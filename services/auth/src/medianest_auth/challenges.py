"""Sign-ins that wait for a second factor, and questions that were put to a passkey. Each belongs to one browser."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from medianest_auth.admission import CHALLENGE_LASTS
from medianest_auth.app import AuthApp
from medianest_auth.errors import ChallengeExpired
from medianest_auth.models import Challenge
from medianest_auth.repository import Challenges
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import ClientInfo
from medianest_common.db import Transaction
from medianest_common.errors import BadRequest
from medianest_common.security.tokens import hash_token, new_token

MOST_TRIES = 5
SECOND_FACTOR, PASSKEY_SIGN_IN, PASSKEY_REGISTER = "second_factor", "passkey_sign_in", "passkey_register"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A live challenge as it was when it was looked at."""

    id: UUID
    user_id: UUID | None
    question: bytes | None


async def find_challenge(app: AuthApp, challenge_id: str, client: ClientInfo, *, purpose: str) -> Waiting:
    """Raises `ChallengeExpired` for anything that this browser cannot answer now."""
    async with app.db.transaction() as tx:
        row = await Challenges(tx.session).one(Challenge.token_hash == hash_token(challenge_id))
        return _live(row, client, purpose=purpose, now=app.clock.now())


async def try_challenge(app: AuthApp, challenge_id: UUID, client: ClientInfo) -> Waiting:
    """Counts a try before it is judged. What was asked of a passkey is asked once."""
    async with app.db.transaction() as tx:
        row = await Challenges(tx.session).get(challenge_id, lock=True)
        found = _live(row, client, purpose=SECOND_FACTOR, now=app.clock.now())
        assert row is not None
        row.tries += 1
        row.question = None
        return found


async def take_question(app: AuthApp, challenge_id: str, client: ClientInfo, *, purpose: str) -> Waiting:
    """Whoever takes it first has it; there is no second try."""
    async with app.db.transaction() as tx:
        statement = (
            delete(Challenge)
            .where(Challenge.token_hash == hash_token(challenge_id), Challenge.purpose == purpose)
            .returning(Challenge)
        )
        row = (await tx.session.execute(statement)).scalar_one_or_none()
        return _live(row, client, purpose=purpose, now=app.clock.now())


async def ask_passkey(
    app: AuthApp, client: ClientInfo, *, purpose: str, user_id: UUID | None, question: bytes
) -> str:
    """Returns the challenge's id, which only the browser gets."""
    if not client.browser_binding:
        raise BadRequest("Fetch /api/v1/csrf first, so that the question can be tied to this browser.")
    challenge_id, now = new_token(), app.clock.now()
    async with app.db.transaction() as tx:
        await Challenges(tx.session).add(
            Challenge(
                id=uuid7(),
                purpose=purpose,
                token_hash=hash_token(challenge_id),
                binding_hash=hash_token(client.browser_binding),
                user_id=user_id,
                method=None,
                remember=False,
                question=question,
                tries=0,
                created_at=now,
                expires_at=now + CHALLENGE_LASTS,
            )
        )
    return challenge_id


async def set_question(app: AuthApp, challenge_id: UUID, *, question: bytes) -> None:
    """For the passkey of a sign-in that waits for its second factor. The newest question counts."""
    async with app.db.transaction() as tx:
        row = await Challenges(tx.session).get(challenge_id, lock=True)
        if row is None:
            raise ChallengeExpired("Sign in again.")
        row.question = question


async def end_of_challenge(tx: Transaction, challenge_id: str, *, now: datetime) -> datetime | None:
    """When the challenge ends, or None if it has."""
    statement = select(Challenge.expires_at).where(
        Challenge.token_hash == hash_token(challenge_id),
        Challenge.expires_at > now,
        Challenge.tries < MOST_TRIES,
    )
    return (await tx.session.execute(statement)).scalar_one_or_none()


async def end_challenges(tx: Transaction, user_id: UUID) -> None:
    """What was asked before a way in changed or closed is not to be answered after it."""
    await tx.session.execute(delete(Challenge).where(Challenge.user_id == user_id))


def _live(row: Challenge | None, client: ClientInfo, *, purpose: str, now: datetime) -> Waiting:
    if (
        row is None
        or row.purpose != purpose
        or not client.browser_binding
        or row.binding_hash != hash_token(client.browser_binding)
        or row.tries >= MOST_TRIES
        or now >= row.expires_at
    ):
        raise ChallengeExpired("Sign in again.")
    return Waiting(row.id, row.user_id, row.question)
