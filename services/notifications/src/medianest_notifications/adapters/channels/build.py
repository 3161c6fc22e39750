"""The kinds of channel that this installation can use."""

from email.headerregistry import Address
from typing import Any
from urllib.parse import urlsplit

from medianest_common.clock import Clock
from medianest_common.security.encryption import KeyRing
from medianest_notifications.adapters.channels import discord, gotify, ntfy, telegram, web_push
from medianest_notifications.adapters.channels.apprise import AppriseSender
from medianest_notifications.adapters.channels.clients import AllowedHosts, Clients
from medianest_notifications.adapters.channels.discord import DiscordSender
from medianest_notifications.adapters.channels.email import EmailSender
from medianest_notifications.adapters.channels.gotify import GotifySender
from medianest_notifications.adapters.channels.marks import Fingerprints
from medianest_notifications.adapters.channels.ntfy import NtfySender
from medianest_notifications.adapters.channels.port import Sender, Senders
from medianest_notifications.adapters.channels.push_crypto import Vapid
from medianest_notifications.adapters.channels.telegram import TelegramSender
from medianest_notifications.adapters.channels.text import INBOX
from medianest_notifications.adapters.channels.web_push import WebPushSender
from medianest_notifications.adapters.smtp import Smtp
from medianest_notifications.settings import NotificationsSettings


def senders(
    settings: NotificationsSettings, *, keys: KeyRing, clock: Clock, smtp: Smtp | None, sender: Address | None
) -> Senders:
    """`smtp` and `sender` are None where there is no mail server: then there is no e-mail either."""
    allowed = AllowedHosts.parse(settings.notify_allowed_hosts)
    marks = Fingerprints(keys.derive("channel-fingerprint"))
    inbox = settings.base_url + INBOX

    def clients(system: str) -> Clients:
        return Clients(system, clock=clock, allowed=allowed)

    every: list[Sender[Any]] = [
        DiscordSender(clients(discord.SYSTEM), server=settings.discord_url, marks=marks, inbox=inbox),
        TelegramSender(
            clients(telegram.SYSTEM),
            server=settings.telegram_url,
            token=settings.telegram_bot_token,
            marks=marks,
            inbox=inbox,
        ),
        NtfySender(clients(ntfy.SYSTEM), marks=marks, inbox=inbox),
        GotifySender(clients(gotify.SYSTEM), marks=marks, inbox=inbox),
        AppriseSender(allowed, marks=marks, inbox=inbox),
    ]
    vapid = Vapid.of(keys, contact=_contact(settings, sender))
    every.append(
        WebPushSender(
            clients(web_push.SYSTEM),
            vapid=vapid,
            clock=clock,
            marks=marks,
            inbox=inbox,
            services=web_push.KNOWN_SERVICES | AllowedHosts.parse(settings.notify_push_services).hosts,
        )
    )
    if smtp and sender:
        every.append(EmailSender(smtp, sender=sender, portal=settings.base_url, marks=marks))
    return {each.kind: each for each in every}


def _contact(settings: NotificationsSettings, sender: Address | None) -> str:
    """Push services want to know whom to tell of trouble, and some refuse an address that cannot be one."""
    if sender:
        return f"mailto:{sender.addr_spec}"
    if settings.secure:
        return settings.base_url
    return f"mailto:medianest@{urlsplit(settings.base_url).hostname}"
