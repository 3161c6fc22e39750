"""What was done: sessions, sign-ins, the audit log."""

from medianest_auth.app import AuthApp
from medianest_auth.handlers.base import handlers
from medianest_auth.use_cases.end_session import end_other_sessions
from medianest_auth.use_cases.forget_device import forget_device
from medianest_auth.use_cases.read_activity import get_activity
from medianest_auth.use_cases.read_audit import get_audit, verify_audit
from medianest_auth.use_cases.read_sign_in_figures import get_sign_in_figures
from medianest_common.contracts.auth import history
from medianest_common.contracts.base import Nothing, Page


@handlers.rpc
async def end_others(command: history.EndOtherSessions, app: AuthApp) -> Nothing:
    return await end_other_sessions(app)


@handlers.rpc
async def forget_this_device(command: history.ForgetDevice, app: AuthApp) -> Nothing:
    return await forget_device(app, command)


@handlers.rpc
async def activity(query: history.GetActivity, app: AuthApp) -> history.Activity:
    return await get_activity(app, query)


@handlers.rpc
async def sign_in_figures(query: history.GetSignInFigures, app: AuthApp) -> history.SignInFigures:
    return await get_sign_in_figures(app, query)


@handlers.rpc
async def audit(query: history.GetAudit, app: AuthApp) -> Page[history.AuditItem]:
    return await get_audit(app, query)


@handlers.rpc
async def audit_verdict(query: history.VerifyAudit, app: AuthApp) -> history.AuditVerdict:
    return await verify_audit(app, query)
