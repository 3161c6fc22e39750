"""What arrives from the bus, and what runs by the clock."""

from medianest_auth import history_jobs, jobs
from medianest_auth.app import AuthApp
from medianest_auth.erasures import ask_again, collect_erasure, forget_on_bus, get_erasure
from medianest_auth.revocations import lately_revoked, restore_denied
from medianest_auth.use_cases.accept_invite import accept_invite, look_at_invite
from medianest_auth.use_cases.answer_challenge import answer_challenge
from medianest_auth.use_cases.change_password import change_password
from medianest_auth.use_cases.change_profile import change_profile
from medianest_auth.use_cases.change_user import change_user, make_owner, sign_out_user
from medianest_auth.use_cases.confirm_email import confirm_email
from medianest_auth.use_cases.create_invite import create_invite
from medianest_auth.use_cases.create_personal_token import create_personal_token
from medianest_auth.use_cases.create_reset_link import create_reset_link
from medianest_auth.use_cases.delete_user import delete_account, delete_user
from medianest_auth.use_cases.end_session import end_other_sessions, end_session, revoke_session
from medianest_auth.use_cases.export_user_data import export_user_data
from medianest_auth.use_cases.forget_device import forget_device
from medianest_auth.use_cases.forgot_password import ask_password_reset, send_reset_link
from medianest_auth.use_cases.get_providers import get_providers
from medianest_auth.use_cases.leave_for_provider import leave_for_provider
from medianest_auth.use_cases.manage_identities import list_identities, start_linking, unlink_identity
from medianest_auth.use_cases.manage_invites import list_invites, revoke_invite
from medianest_auth.use_cases.manage_passkeys import (
    list_passkeys,
    register_passkey,
    remove_passkey,
    start_passkey,
)
from medianest_auth.use_cases.manage_personal_tokens import list_personal_tokens, revoke_personal_token
from medianest_auth.use_cases.manage_second_factors import (
    get_second_factors,
    renew_recovery_codes,
    turn_off_totp,
)
from medianest_auth.use_cases.read_accounts import get_user, list_users
from medianest_auth.use_cases.read_activity import get_activity
from medianest_auth.use_cases.read_audit import get_audit, verify_audit
from medianest_auth.use_cases.read_sessions import get_me, get_session, list_sessions
from medianest_auth.use_cases.read_sign_in_figures import get_sign_in_figures
from medianest_auth.use_cases.refresh_session import refresh_session
from medianest_auth.use_cases.reset_password import reset_password
from medianest_auth.use_cases.reset_second_factors import reset_second_factors
from medianest_auth.use_cases.return_from_provider import return_from_provider
from medianest_auth.use_cases.set_up_owner import set_up_owner
from medianest_auth.use_cases.set_up_totp import confirm_totp, start_totp
from medianest_auth.use_cases.sign_in import sign_in
from medianest_auth.use_cases.sign_in_with_passkey import ask_for_passkey, sign_in_with_passkey
from medianest_auth.use_cases.start_plex_sign_in import start_plex_sign_in
from medianest_auth.use_cases.step_up import step_up
from medianest_auth.use_cases.verify_plex_sign_in import verify_plex_sign_in
from medianest_auth.use_cases.vouch import check_personal_token, check_session, tell_tokens_used
from medianest_common.bus import Handlers
from medianest_common.contracts import auth, gateway, health, media, notifications, plex
from medianest_common.contracts.auth import history, invites, passwords, people, second_factor, tokens
from medianest_common.contracts.auth import providers as elsewhere
from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.personal import DataErased, PersonalData
from medianest_common.db import Transaction

handlers = Handlers("auth")


@handlers.rpc
async def jwks(query: auth.GetJwks, app: AuthApp) -> auth.Jwks:
    return auth.Jwks(keys=await app.signing.published())


@handlers.rpc
async def providers(query: auth.GetProviders, app: AuthApp) -> auth.Providers:
    return await get_providers(app)


@handlers.rpc
async def set_up(command: auth.SetUpOwner, app: AuthApp) -> auth.SignedIn:
    return await set_up_owner(app, command)


@handlers.crowded_rpc(concurrency=256)
async def sign_in_with_password(command: auth.SignIn, app: AuthApp) -> auth.SignInResult:
    return await sign_in(app, command)


@handlers.rpc
async def start_plex(command: auth.StartPlexSignIn, app: AuthApp) -> auth.PlexSignIn:
    return await start_plex_sign_in(app, command)


@handlers.rpc
async def verify_plex(command: auth.VerifyPlexSignIn, app: AuthApp) -> auth.PlexSignInState:
    return await verify_plex_sign_in(app, command)


@handlers.rpc
async def refresh(command: auth.RefreshSession, app: AuthApp) -> auth.SignedIn:
    return await refresh_session(app, command)


@handlers.rpc
async def end(command: auth.EndSession, app: AuthApp) -> Nothing:
    return await end_session(app, command)


@handlers.rpc
async def revoke(command: auth.RevokeSession, app: AuthApp) -> Nothing:
    return await revoke_session(app, command)


@handlers.rpc
async def session(query: auth.GetSession, app: AuthApp) -> auth.SessionView:
    return await get_session(app)


@handlers.rpc
async def me(query: auth.GetMe, app: AuthApp) -> auth.User:
    return await get_me(app)


@handlers.rpc
async def sessions(query: auth.ListSessions, app: AuthApp) -> Page[auth.Session]:
    return await list_sessions(app)


@handlers.rpc
async def users(query: people.ListUsers, app: AuthApp) -> Page[people.Account]:
    return await list_users(app, query)


@handlers.rpc
async def one_user(query: people.GetUser, app: AuthApp) -> people.Account:
    return await get_user(app, query)


@handlers.rpc
async def on_change_user(command: people.ChangeUser, app: AuthApp) -> people.Account:
    return await change_user(app, command)


@handlers.rpc
async def on_sign_out_user(command: people.SignOutUser, app: AuthApp) -> Nothing:
    return await sign_out_user(app, command)


@handlers.rpc
async def on_make_owner(command: people.MakeOwner, app: AuthApp) -> people.Account:
    return await make_owner(app, command)


@handlers.rpc
async def on_delete_user(command: people.DeleteUser, app: AuthApp) -> Nothing:
    return await delete_user(app, command)


@handlers.rpc
async def on_change_profile(command: people.ChangeProfile, app: AuthApp) -> people.Profile:
    return await change_profile(app, command)


@handlers.rpc
async def on_confirm_email(command: people.ConfirmEmail, app: AuthApp) -> Nothing:
    return await confirm_email(app, command)


@handlers.rpc
async def on_export(query: people.ExportUserData, app: AuthApp) -> PersonalData:
    return await export_user_data(app, query)


@handlers.rpc
async def on_leave(command: people.Leave, app: AuthApp) -> Nothing:
    return await delete_account(app, command)


@handlers.rpc
async def erasure(query: people.GetErasure, app: AuthApp) -> people.Erasure:
    return await get_erasure(app, query)


@handlers.job(concurrency=1, ack_wait=60)
async def forget_on_the_bus(job: people.ForgetEvents, app: AuthApp) -> None:
    await forget_on_bus(app, job)


@handlers.on(
    gateway.UserDataErased,
    health.UserDataErased,
    media.UserDataErased,
    notifications.UserDataErased,
    plex.UserDataErased,
)
async def on_erased(event: DataErased, app: AuthApp, tx: Transaction) -> None:
    await collect_erasure(app, tx, event)


@handlers.rpc
async def revocations(query: people.GetRevocations, app: AuthApp) -> people.Revocations:
    return await lately_revoked(app)


@handlers.rpc
async def invite(command: invites.CreateInvite, app: AuthApp) -> invites.NewInvite:
    return await create_invite(app, command)


@handlers.rpc
async def all_invites(query: invites.ListInvites, app: AuthApp) -> Page[invites.Invite]:
    return await list_invites(app, query)


@handlers.rpc
async def take_back_invite(command: invites.RevokeInvite, app: AuthApp) -> Nothing:
    return await revoke_invite(app, command)


@handlers.rpc
async def look_at(query: invites.LookAtInvite, app: AuthApp) -> invites.InviteView:
    return await look_at_invite(app, query)


@handlers.rpc
async def accept(command: invites.AcceptInvite, app: AuthApp) -> auth.SignInResult:
    return await accept_invite(app, command)


@handlers.rpc
async def make_token(command: tokens.CreatePersonalToken, app: AuthApp) -> tokens.NewPersonalToken:
    return await create_personal_token(app, command)


@handlers.rpc
async def tokens_of(query: tokens.ListPersonalTokens, app: AuthApp) -> Page[tokens.PersonalToken]:
    return await list_personal_tokens(app, query)


@handlers.rpc
async def end_token(command: tokens.RevokePersonalToken, app: AuthApp) -> Nothing:
    return await revoke_personal_token(app, command)


@handlers.rpc
async def vouch_for_token(query: tokens.CheckPersonalToken, app: AuthApp) -> tokens.Vouched:
    return await check_personal_token(app, query)


@handlers.rpc
async def vouch_for_session(query: tokens.CheckSession, app: AuthApp) -> tokens.Vouched:
    return await check_session(app, query)


@handlers.rpc
async def tokens_used(command: tokens.TellTokensUsed, app: AuthApp) -> Nothing:
    return await tell_tokens_used(app, command)


@handlers.rpc
async def new_password(command: passwords.ChangePassword, app: AuthApp) -> passwords.PasswordOutcome:
    return await change_password(app, command)


@handlers.rpc
async def forgotten(command: passwords.AskPasswordReset, app: AuthApp) -> Nothing:
    return await ask_password_reset(app, command)


@handlers.job()
async def mail_reset_link(job: passwords.SendResetLink, app: AuthApp) -> None:
    await send_reset_link(app, job)


@handlers.rpc
async def reset(command: passwords.ResetPassword, app: AuthApp) -> Nothing:
    return await reset_password(app, command)


@handlers.rpc
async def reset_link(command: passwords.CreateResetLink, app: AuthApp) -> passwords.ResetLink:
    return await create_reset_link(app, command)


@handlers.rpc
async def second_factor_state(
    query: second_factor.GetSecondFactors, app: AuthApp
) -> second_factor.SecondFactorState:
    return await get_second_factors(app, query)


@handlers.rpc
async def answer(command: second_factor.AnswerChallenge, app: AuthApp) -> auth.SignedIn:
    return await answer_challenge(app, command)


@handlers.rpc
async def prove_afresh(command: second_factor.StepUp, app: AuthApp) -> auth.SignedIn:
    return await step_up(app, command)


@handlers.rpc
async def begin_totp(command: second_factor.StartTotp, app: AuthApp) -> second_factor.TotpEnrolment:
    return await start_totp(app, command)


@handlers.rpc
async def finish_totp(command: second_factor.ConfirmTotp, app: AuthApp) -> second_factor.RecoveryCodes:
    return await confirm_totp(app, command)


@handlers.rpc
async def totp_off(command: second_factor.TurnOffTotp, app: AuthApp) -> Nothing:
    return await turn_off_totp(app, command)


@handlers.rpc
async def recovery_codes(
    command: second_factor.RenewRecoveryCodes, app: AuthApp
) -> second_factor.RecoveryCodes:
    return await renew_recovery_codes(app, command)


@handlers.rpc
async def reset_factors(command: second_factor.ResetSecondFactors, app: AuthApp) -> Nothing:
    return await reset_second_factors(app, command)


@handlers.rpc
async def passkeys(query: second_factor.ListPasskeys, app: AuthApp) -> Page[second_factor.Passkey]:
    return await list_passkeys(app, query)


@handlers.rpc
async def begin_passkey(command: second_factor.StartPasskey, app: AuthApp) -> second_factor.PasskeyQuestion:
    return await start_passkey(app, command)


@handlers.rpc
async def add_passkey(
    command: second_factor.RegisterPasskey, app: AuthApp
) -> second_factor.PasskeyRegistered:
    return await register_passkey(app, command)


@handlers.rpc
async def drop_passkey(command: second_factor.RemovePasskey, app: AuthApp) -> Nothing:
    return await remove_passkey(app, command)


@handlers.rpc
async def ask_passkey(command: second_factor.AskPasskey, app: AuthApp) -> second_factor.PasskeyQuestion:
    return await ask_for_passkey(app, command)


@handlers.rpc
async def sign_in_by_passkey(command: second_factor.SignInWithPasskey, app: AuthApp) -> auth.SignedIn:
    return await sign_in_with_passkey(app, command)


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


@handlers.rpc
async def leave(command: elsewhere.LeaveForProvider, app: AuthApp) -> elsewhere.ProviderAddress:
    return await leave_for_provider(app, command)


@handlers.rpc
async def come_back(command: elsewhere.ReturnFromProvider, app: AuthApp) -> elsewhere.ReturnedFromProvider:
    return await return_from_provider(app, command)


@handlers.rpc
async def identities(query: elsewhere.ListIdentities, app: AuthApp) -> Page[elsewhere.Identity]:
    return await list_identities(app, query)


@handlers.rpc
async def link(command: elsewhere.StartLinking, app: AuthApp) -> elsewhere.LinkingStarted:
    return await start_linking(app, command)


@handlers.rpc
async def unlink(command: elsewhere.UnlinkIdentity, app: AuthApp) -> Nothing:
    return await unlink_identity(app, command)


@handlers.listen(auth.KeysChanged)
async def keys_changed(event: auth.KeysChanged, app: AuthApp) -> None:
    app.signing.forget()


handlers.every(jobs.RESTORE_SECONDS)(restore_denied)
handlers.every(30)(jobs.forget_answers)
handlers.every(600)(ask_again)
handlers.every(3600)(jobs.rotate_signing_keys)
handlers.every(3600)(jobs.forget_the_past)
handlers.every(history_jobs.CHAIN_SECONDS)(history_jobs.chain_audit)
handlers.every(60)(history_jobs.count_days)
handlers.every(3600)(history_jobs.forget_history)
