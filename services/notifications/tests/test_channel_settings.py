"""What the operator says about servers that channels lead to."""

import pytest

from medianest.testing import SECRET_KEY
from medianest_common.clock import SystemClock
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.http import AddressPolicy
from medianest_common.security.encryption import KeyRing
from medianest_common.settings import SettingsError, load
from medianest_notifications.adapters.channels.build import senders
from medianest_notifications.adapters.channels.clients import _MOST_IDLE, AllowedHosts, Clients
from medianest_notifications.adapters.smtp import Smtp
from medianest_notifications.settings import NotificationsSettings, parse_sender

FROM = "MediaNest <nest@example.org>"


@pytest.mark.parametrize(
    "values, variable",
    [
        ({"notify_allowed_hosts": "http://ntfy.lan"}, "MEDIANEST_NOTIFY_ALLOWED_HOSTS"),
        ({"notify_allowed_hosts": "*.lan"}, "MEDIANEST_NOTIFY_ALLOWED_HOSTS"),
        ({"notify_allowed_hosts": "ntfy.lan:port"}, "MEDIANEST_NOTIFY_ALLOWED_HOSTS"),
        ({"notify_allowed_hosts": "user@ntfy.lan"}, "MEDIANEST_NOTIFY_ALLOWED_HOSTS"),
        ({"notify_push_services": "https://push.example.org"}, "MEDIANEST_NOTIFY_PUSH_SERVICES"),
        ({"notify_push_services": ".org"}, "MEDIANEST_NOTIFY_PUSH_SERVICES"),
        ({"telegram_bot_token": "not-a-secret-token"}, "MEDIANEST_TELEGRAM_BOT_TOKEN"),
        ({"telegram_url": "api.telegram.org"}, "MEDIANEST_TELEGRAM_URL"),
        ({"discord_url": "ftp://discord.com"}, "MEDIANEST_DISCORD_URL"),
    ],
)
def test_wrong_settings_are_named_and_not_repeated(values: dict[str, str], variable: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(NotificationsSettings, **values)
    assert str(refused.value).startswith(f"{variable}: ") and "not-a-secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url, reached",
    [
        ("http://ntfy.lan", True),
        ("https://NTFY.lan/path", True),
        ("http://ntfy.lan:8080", False),
        ("http://10.0.0.5:8080", True),
        ("http://10.0.0.5", False),
        ("http://[fd00::5]:8080", True),
        ("http://[fd00::5]", False),
        ("http://evil-ntfy.lan", False),
        ("http://ntfy.lan.evil.example", False),
    ],
)
def test_a_host_is_allowed_by_its_whole_name_and_port(url: str, reached: bool) -> None:
    load(NotificationsSettings, notify_allowed_hosts="ntfy.lan, 10.0.0.5:8080, [fd00::5]:8080")
    allowed = AllowedHosts.parse("ntfy.lan, 10.0.0.5:8080, [fd00::5]:8080")
    wanted = AddressPolicy.OPERATOR if reached else AddressPolicy.USER
    assert allowed.policy(url, AddressPolicy.USER) is wanted


async def test_there_is_no_mail_without_a_mail_server_and_no_limit_to_the_rest() -> None:
    keys, clock = KeyRing.parse(SECRET_KEY), SystemClock()
    without = senders(load(NotificationsSettings), keys=keys, clock=clock, smtp=None, sender=None)
    assert set(without) == set(ChannelKind) - {ChannelKind.EMAIL}
    settings = load(NotificationsSettings, smtp_url="smtp://mail.example.org", mail_from=FROM)
    assert settings.mail_server
    smtp = Smtp(settings.mail_server, hello="example.org")
    every = senders(settings, keys=keys, clock=clock, smtp=smtp, sender=parse_sender(FROM))
    assert set(every) == set(ChannelKind) and all(every[kind].kind is kind for kind in every)
    again = senders(settings, keys=keys, clock=clock, smtp=smtp, sender=parse_sender(FROM))
    push = ChannelKind.WEB_PUSH
    assert await every[push].public() == await again[push].public() == await without[push].public()
    for each in (*without.values(), *every.values(), *again.values()):
        await each.aclose()


async def test_connections_to_servers_that_nobody_uses_any_more_are_closed() -> None:
    clients = Clients("ntfy", clock=SystemClock())
    async with clients.to("https://first.example.org", AddressPolicy.USER) as first:
        for number in range(_MOST_IDLE + 5):
            async with clients.to(f"https://n{number}.example.org", AddressPolicy.USER):
                pass
        async with clients.to("https://first.example.org", AddressPolicy.USER) as same:
            assert same is first
    assert len(clients._open) == _MOST_IDLE
    await clients.aclose()
    assert not clients._open
