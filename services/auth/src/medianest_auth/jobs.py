"""What runs by the clock, in one replica."""

from datetime import timedelta

from sqlalchemy import delete, or_, text, update

from medianest_auth.admission import CHALLENGE_LASTS
from medianest_auth.app import AuthApp
from medianest_auth.models import (
    AuditPlace,
    Challenge,
    Device,
    Invite,
    OneTimeLink,
    PersonalToken,
    PlexSignIn,
    ProviderFlow,
    RefreshToken,
    Session,
    Totp,
)
from medianest_auth.second_factors import ENROLMENT_LASTS
from medianest_auth.use_cases.refresh_session import GRACE
from medianest_auth.use_cases.verify_plex_sign_in import SAME_ANSWER_FOR

RESTORE_SECONDS = 5.0
_USED_TOKENS_KEPT = timedelta(days=7)
"""So long a stolen token that was used before is still recognised as such."""
_SESSIONS_KEPT = timedelta(days=30)
_DEVICES_KEPT = timedelta(days=180)
_ADDRESSES_KEPT = timedelta(days=30)
_SIGN_INS_KEPT = timedelta(hours=1)
_LINKS_KEPT = timedelta(days=1)
"""Longer than the job that made one can come again."""
_NETWORK = text(
    "host(network(set_masklen(ip::inet, case family(ip::inet) when 4 then 24 else 48 end)))"
    " || case family(ip::inet) when 4 then '/24' else '/48' end"
)


async def forget_answers(app: AuthApp) -> None:
    """Sealed answers to repeated requests are of no use once their time is over."""
    now = app.clock.now()
    async with app.db.transaction() as tx:
        await tx.session.execute(
            update(RefreshToken)
            .where(RefreshToken.successor_sealed.is_not(None), RefreshToken.used_at < now - GRACE)
            .values(successor_sealed=None)
        )
        await tx.session.execute(
            update(PlexSignIn)
            .where(
                PlexSignIn.result_sealed.is_not(None),
                or_(
                    PlexSignIn.finished_at < now - CHALLENGE_LASTS,
                    PlexSignIn.session_id.is_not(None) & (PlexSignIn.finished_at < now - SAME_ANSWER_FOR),
                ),
            )
            .values(result_sealed=None)
        )


async def rotate_signing_keys(app: AuthApp) -> None:
    await app.signing.rotate()


async def forget_the_past(app: AuthApp) -> None:
    now = app.clock.now()
    long_ago = now - _SESSIONS_KEPT
    async with app.db.transaction() as tx:
        await tx.session.execute(delete(Challenge).where(Challenge.expires_at < now))
        await tx.session.execute(
            delete(Totp).where(Totp.confirmed_at.is_(None), Totp.created_at < now - ENROLMENT_LASTS)
        )
        await tx.session.execute(delete(PlexSignIn).where(PlexSignIn.expires_at < now - _SIGN_INS_KEPT))
        await tx.session.execute(delete(ProviderFlow).where(ProviderFlow.expires_at < now))
        await tx.session.execute(
            delete(Session).where(or_(Session.expires_at < long_ago, Session.revoked_at < long_ago))
        )
        await tx.session.execute(delete(RefreshToken).where(RefreshToken.used_at < now - _USED_TOKENS_KEPT))
        await tx.session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < now - _LINKS_KEPT))
        await tx.session.execute(delete(Invite).where(Invite.expires_at < long_ago))
        await tx.session.execute(
            delete(PersonalToken).where(
                or_(PersonalToken.expires_at < long_ago, PersonalToken.revoked_at < long_ago)
            )
        )
        await tx.session.execute(delete(Device).where(Device.last_seen_at < now - _DEVICES_KEPT))
        await tx.session.execute(
            update(AuditPlace)
            .where(AuditPlace.at < now - _ADDRESSES_KEPT, AuditPlace.ip != "", AuditPlace.ip.not_like("%/%"))
            .values(ip=_NETWORK)
        )
