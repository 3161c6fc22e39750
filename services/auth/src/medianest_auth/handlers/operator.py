"""What the command line asks (`medianest admin`). Every use case refuses a call that was made for somebody."""

from medianest_auth.app import AuthApp
from medianest_auth.handlers.base import handlers
from medianest_auth.use_cases.operator.end_sessions import end_sessions
from medianest_auth.use_cases.operator.forget_attempts import forget_attempts
from medianest_auth.use_cases.operator.list_people import list_people
from medianest_auth.use_cases.operator.make_owner import create_owner, make_owner
from medianest_auth.use_cases.operator.make_reset_link import make_reset_link
from medianest_auth.use_cases.operator.reset_second_factor import reset_second_factor
from medianest_auth.use_cases.operator.rotate_signing_keys import note_key_rotation, rotate_signing_keys
from medianest_auth.use_cases.operator.verify_audit import verify_audit
from medianest_common.contracts.auth import operator
from medianest_common.contracts.auth.history import AuditVerdict
from medianest_common.contracts.base import Nothing, Page


@handlers.rpc
async def people(query: operator.OperatorListUsers, app: AuthApp) -> Page[operator.OperatorUser]:
    return await list_people(app, query)


@handlers.rpc
async def link(command: operator.OperatorMakeResetLink, app: AuthApp) -> operator.OneTimeAddress:
    return await make_reset_link(app, command)


@handlers.rpc
async def owner(command: operator.OperatorMakeOwner, app: AuthApp) -> operator.OneTimeAddress:
    return await make_owner(app, command)


@handlers.rpc
async def new_owner(command: operator.OperatorCreateOwner, app: AuthApp) -> operator.OneTimeAddress:
    return await create_owner(app, command)


@handlers.rpc
async def second_factor(command: operator.OperatorResetSecondFactor, app: AuthApp) -> Nothing:
    return await reset_second_factor(app, command)


@handlers.rpc
async def sign_out(command: operator.OperatorEndSessions, app: AuthApp) -> operator.SessionsEnded:
    return await end_sessions(app, command)


@handlers.rpc
async def attempts(command: operator.OperatorForgetAttempts, app: AuthApp) -> Nothing:
    return await forget_attempts(app, command)


@handlers.rpc
async def audit(query: operator.OperatorVerifyAudit, app: AuthApp) -> AuditVerdict:
    return await verify_audit(app, query)


@handlers.rpc
async def signing_keys(
    command: operator.OperatorRotateSigningKeys, app: AuthApp
) -> operator.SigningKeysRotated:
    return await rotate_signing_keys(app, command)


@handlers.rpc
async def keyring(command: operator.OperatorNoteKeyRotation, app: AuthApp) -> Nothing:
    return await note_key_rotation(app, command)
