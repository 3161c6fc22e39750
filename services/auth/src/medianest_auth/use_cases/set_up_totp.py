"""Set up an authenticator app, in two steps: what it needs to know, and the first code as proof that it knows it."""

import pyotp

from medianest_auth.adapters.relying_party import NAME
from medianest_auth.app import AuthApp
from medianest_auth.attempts import SECOND_FACTOR
from medianest_auth.errors import TotpNotStarted, TotpOn
from medianest_auth.proving import require_fresh_proof
from medianest_auth.second_factors import (
    ENROLMENT_LASTS,
    RecoveryCodes,
    Totps,
    changed,
    locked,
    secret_cell,
    step_of,
)
from medianest_auth.sessions import deny
from medianest_common.clock import uuid7
from medianest_common.contracts.auth.second_factor import (
    ConfirmTotp,
    FactorChange,
    StartTotp,
    TotpEnrolment,
)
from medianest_common.contracts.auth.second_factor import RecoveryCodes as Codes
from medianest_common.errors import FieldError, Invalid

_STARTED = "totp_start"


async def start_totp(app: AuthApp, command: StartTotp) -> TotpEnrolment:
    """Begun anew as often as one likes; nothing changes at sign-in before it is confirmed."""
    caller = await require_fresh_proof(app)
    secret = pyotp.random_base32()
    async with app.db.transaction() as tx:
        user = await locked(tx, caller.user_id)
        totps = Totps(tx.session)
        present = await totps.get(user.id, lock=True)
        if present and present.confirmed_at:
            raise TotpOn("Turn it off before you set up another one.")
        row_id = uuid7()
        await totps.upsert(
            {
                "user_id": user.id,
                "id": row_id,
                "secret_sealed": app.totp_seal.seal(secret, cell=secret_cell(row_id)),
                "created_at": app.clock.now(),
                "confirmed_at": None,
                "last_step": 0,
            },
            keys=("user_id",),
        )
        app.audit.record(tx, _STARTED, user_id=user.id, session_id=caller.session_id, client=command.client)
    # Once in the life of an account, if at all.
    import segno

    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email or user.name, issuer_name=NAME)
    svg = segno.make(uri, error="m", micro=False).svg_inline(scale=4, dark="#000", light="#fff")
    return TotpEnrolment(uri=uri, secret=secret, svg=svg)


async def confirm_totp(app: AuthApp, command: ConfirmTotp) -> Codes:
    """Counts from now on, with recovery codes for the day the phone is lost."""
    caller = await require_fresh_proof(app)
    tried = await app.attempts.begin({f"totp-enrolment:{caller.user_id}": SECOND_FACTOR})
    now = app.clock.now()
    async with app.db.transaction() as tx:
        user = await locked(tx, caller.user_id)
        totp = await Totps(tx.session).get(user.id, lock=True)
        if totp and totp.confirmed_at:
            raise TotpOn("It is in use already.")
        if totp is None or now - totp.created_at > ENROLMENT_LASTS:
            raise TotpNotStarted("Start again.")
        step = step_of(app, totp, command.code)
        if step is None:
            wrong = FieldError("code", "This is not the code that the app should show now.")
            raise Invalid("Check the clock of your phone and try the next code.", errors=[wrong])
        totp.confirmed_at, totp.last_step = now, step
        codes = await RecoveryCodes(tx.session).renew(user.id, now=now)
        ended = await changed(
            app, tx, user.id, FactorChange.TOTP_ON, but=caller.session_id, client=command.client
        )
    await app.attempts.forgive(tried)
    await deny(app, ended)
    return Codes(codes=codes)
