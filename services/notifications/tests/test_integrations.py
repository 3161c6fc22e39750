"""The mail server is set by the owner while the service runs."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.bus import Context, use
from medianest_common.clock import SystemClock, uuid7
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.identity import Caller, Role
from medianest_common.contracts.integrations import (
    Integration,
    IntegrationKind,
    IntegrationSource,
    TrialOutcome,
)
from medianest_common.contracts.notifications import GetMailState, integrations
from medianest_common.errors import MediaNestError
from medianest_common.testing.mail_server import PASSWORD, USER, MailServer
from medianest_notifications.service import SERVICE
from services.notifications.tests.test_mail import FROM, _no_jobs, given_to, job, mail

SMTP = IntegrationKind.SMTP
OPTIONS = {"username": USER, "from": FROM}


async def ask(sandbox: Sandbox, message: Rpc[Any], *, role: Role = Role.OWNER, minutes_ago: float = 0) -> Any:
    signed_in = SystemClock().now() - timedelta(minutes=minutes_ago)
    caller = Caller(user_id=uuid7(), session_id=uuid7(), role=role, name="Olive", auth_time=signed_in)
    with use(Context(correlation_id=str(uuid7()), caller=caller)):
        return await sandbox.bus.call(message, timeout=30)


def changing(url: str, **values: Any) -> integrations.ChangeIntegration:
    given: dict[str, Any] = {"secret": PASSWORD, "enabled": True, "options": OPTIONS, "version": 0} | values
    return integrations.ChangeIntegration(integration=SMTP, url=url, **given)


def address(server: MailServer) -> str:
    return f"smtp://localhost:{server.port}?tls=none"


async def test_mail_goes_through_the_server_that_is_set_now(sandbox: Sandbox) -> None:
    async with MailServer.start() as first, MailServer.start() as second:
        await sandbox.start(SERVICE)
        await sandbox.start(SERVICE)
        assert not (await ask(sandbox, GetMailState())).enabled
        await ask(sandbox, changing(address(first)))

        async def both_use(server: MailServer) -> bool:
            """Whoever of the two does not follow yet hands it to the other server, or to none."""
            before = len(server.mails)
            await given_to(sandbox, *(job(mail(name=f"{number}")) for number in range(4)))
            await eventually(lambda: _no_jobs(sandbox))
            return len(server.mails) == before + 4

        await eventually(lambda: both_use(first))
        changed: Integration = await ask(sandbox, changing(address(second), version=1))
        assert (changed.source, changed.secret_set) == (IntegrationSource.PORTAL, True)
        assert changed.options == OPTIONS and PASSWORD not in changed.model_dump_json()

        await eventually(lambda: both_use(second))


async def test_what_the_variables_say_counts_again_once_it_is_taken_back(sandbox: Sandbox) -> None:
    async with MailServer.start() as first, MailServer.start() as second:
        await sandbox.start(SERVICE, smtp_url=first.url, mail_from=FROM)
        await ask(sandbox, changing(address(second)))
        back: Integration = await ask(sandbox, integrations.RemoveIntegration(integration=SMTP))
        assert (back.source, urlsplit(back.url or "").port) == (IntegrationSource.SETTINGS, first.port)
        await given_to(sandbox, job(mail()))
        await first.next()
        assert second.mails == []


async def test_a_trial_says_in_words_what_is_wrong(sandbox: Sandbox) -> None:
    async with MailServer.start() as server:
        await sandbox.start(SERVICE)

        async def attempt(url: str, **values: Any) -> Any:
            given: dict[str, Any] = {"secret": PASSWORD, "options": OPTIONS} | values
            return await ask(sandbox, integrations.TryIntegration(integration=SMTP, url=url, **given))

        assert (await attempt(address(server))).outcome is TrialOutcome.OK
        wrong = await attempt(address(server), secret="wrong")
        assert wrong.outcome is TrialOutcome.KEY_REFUSED and "user name or the password" in wrong.message
        nobody = await attempt("smtp://localhost:9?tls=none")
        assert nobody.outcome is TrialOutcome.FAILED and "cannot be reached" in nobody.message
        assert server.mails == []


async def test_only_the_owner_sets_it_and_has_to_have_signed_in_a_moment_ago(sandbox: Sandbox) -> None:
    """Links that reset passwords go through it."""
    await sandbox.start(SERVICE)
    url = "smtp://mail.example.org:587?tls=starttls"
    for role, minutes, code in ((Role.ADMIN, 0, "FORBIDDEN"), (Role.OWNER, 30, "REAUTH_REQUIRED")):
        with pytest.raises(MediaNestError) as refused:
            await ask(sandbox, changing(url), role=role, minutes_ago=minutes)
        assert (refused.value.status, refused.value.code) == (403, code)
    listed = await ask(sandbox, integrations.ListIntegrations(), role=Role.ADMIN)
    assert [(each.kind, each.configured) for each in listed.items] == [(SMTP, False)]


@pytest.mark.parametrize(
    "url, values, field",
    [
        ("http://mail.example.org", {}, "url"),
        ("smtp://user:pass@mail.example.org", {}, "url"),
        ("smtp://169.254.169.254:25?tls=none", {}, "url"),
        ("smtp://mail.example.org?tls=maybe", {}, "url"),
        ("smtp://mail.example.org", {"secret": None}, "secret"),
        ("smtp://mail.example.org", {"options": {"username": USER}}, "options.from"),
        ("smtp://mail.example.org", {"options": OPTIONS | {"from": "no address"}}, "options.from"),
        ("smtp://mail.example.org", {"options": OPTIONS | {"colour": "red"}}, "options"),
    ],
)
async def test_what_cannot_be_is_refused(
    sandbox: Sandbox, url: str, values: dict[str, Any], field: str
) -> None:
    await sandbox.start(SERVICE)
    with pytest.raises(MediaNestError) as refused:
        await ask(sandbox, changing(url, **values))
    assert [each.field for each in refused.value.errors or ()] == [field]
