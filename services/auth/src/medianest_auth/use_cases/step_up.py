"""Prove afresh who one is: a new session takes the place of the present one, and sensitive things are open again."""

from medianest_auth.admission import admitted
from medianest_auth.app import AuthApp
from medianest_auth.models import Session
from medianest_auth.proving import begin_proof, finish_proof, forgive, noting_refusal
from medianest_auth.repository import Sessions
from medianest_auth.second_factors import locked
from medianest_auth.sessions import remembers, start_session
from medianest_common.bus import require_person
from medianest_common.contracts.auth import SecondFactor, SignedIn, SignInMethod
from medianest_common.contracts.auth.second_factor import StepUp
from medianest_common.errors import Unauthenticated


async def step_up(app: AuthApp, command: StepUp) -> SignedIn:
    caller = require_person()
    issuer = await app.signing.current()
    client = command.client.model_copy(update={"session_id": caller.session_id})
    begun = await begin_proof(app, caller, command.proof, client, code_alone=False)
    async with noting_refusal(app, caller, client), app.db.transaction() as tx:
        user = await locked(tx, caller.user_id)
        session = await Sessions(tx.session).one(
            Session.id == caller.session_id, Session.user_id == user.id, Session.revoked_at.is_(None)
        )
        if session is None or user.status != "active":
            raise Unauthenticated("Sign in again.")
        shown = await finish_proof(app, tx, user, begun, client)
        method = SignInMethod.PASSKEY if shown is SecondFactor.PASSKEY else SignInMethod.PASSWORD
        app.audit.record(tx, "step_up", method=method, user_id=user.id, session_id=session.id, client=client)
        started = await start_session(
            app, tx, user, method=method, client=client, remember=remembers(session)
        )
    await forgive(app, begun)
    result = await admitted(app, issuer, started)
    assert result.signed_in, "nothing more is asked for"
    return result.signed_in
