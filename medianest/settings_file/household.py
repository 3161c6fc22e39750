"""Integrations, rules and quotas of requests, templates of notifications, and profiles of downloads."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from medianest.settings_file.entries import NO_ID, IntegrationEntry, QuotaEntry, RuleEntry, TemplateEntry
from medianest.settings_file.part import Coming, OrderedPart, Part, Places
from medianest_common.contracts.health import integrations as of_health
from medianest_common.contracts.integrations import Integration, IntegrationSource
from medianest_common.contracts.media import allowing
from medianest_common.contracts.media import integrations as of_media
from medianest_common.contracts.notifications import integrations as of_notifications
from medianest_common.contracts.notifications.templates import ListTemplates, SetTemplate, Template
from medianest_common.contracts.plex import integrations as of_plex
from medianest_common.contracts.youtube.profiles import (
    ChangeProfile,
    CreateProfile,
    ListProfiles,
    Profile,
    ProfileBody,
)


class Integrations(Part[IntegrationEntry]):
    """Those set in the portal. What the variables say belongs to the machine."""

    name = "integrations"
    _services: ClassVar = (of_plex, of_media, of_health, of_notifications)

    async def read(self) -> list[IntegrationEntry]:
        self._here: dict[str, tuple[type[of_media.ChangeIntegration], Integration]] = {}
        found = []
        for service in self._services:
            for each in (await self.house.ask(service.ListIntegrations())).items:
                self._here[each.kind.value] = (service.ChangeIntegration, each)
                if each.source is IntegrationSource.PORTAL:
                    found.append(
                        IntegrationEntry(
                            kind=each.kind,
                            url=each.url or "",
                            enabled=each.enabled,
                            options=each.options,
                            secret_missing=each.secret_set,
                        )
                    )
        return found

    @classmethod
    def key(cls, entry: IntegrationEntry) -> str:
        return entry.kind.value

    def missing(self, entry: IntegrationEntry, coming: Coming) -> list[str]:
        _, here = self._here[entry.kind.value]
        if entry.secret_missing and entry.secret is None and not here.secret_set:
            return [
                "What it is opened with is missing: set it up in the portal, or enter `secret` in the file."
            ]
        return []

    def is_same(self, here: IntegrationEntry, wanted: IntegrationEntry) -> bool:
        if wanted.secret not in (None, self.house.secrets.integrations.get(wanted.kind.value)):
            return False
        return here == wanted.model_copy(update={"secret": None, "secret_missing": here.secret_missing})

    async def write(self, entry: IntegrationEntry) -> None:
        change, here = self._here[entry.kind.value]
        await self.house.ask(
            change(
                integration=entry.kind,
                url=entry.url,
                secret=entry.secret,
                enabled=entry.enabled,
                options=entry.options,
                version=here.version,
            )
        )


class Rules(OrderedPart[RuleEntry]):
    name = "rules"

    async def read(self) -> list[RuleEntry]:
        await self.house.know_people()
        self._here = (await self.house.ask(allowing.ListRules())).items
        return [
            RuleEntry.model_validate(
                {
                    **each.model_dump(by_alias=False, exclude={"id", "user_id"}),
                    "person": self.house.addresses.get(each.user_id) if each.user_id else None,
                }
            )
            for each in self._here
        ]

    @classmethod
    def key(cls, entry: RuleEntry) -> str:
        return entry.name

    def kept(self, entries: list[RuleEntry]) -> list[RuleEntry]:
        """Without those for somebody who has no address: they would be for everybody."""
        return [
            entry
            for entry, rule in zip(entries, self._here, strict=True)
            if (entry.person is None) == (rule.user_id is None)
        ]

    def lost(self) -> list[str]:
        return [
            f"rules: {each.name}, which is for somebody without an e-mail address here."
            for each in self._here
            if each.user_id is not None and each.user_id not in self.house.addresses
        ]

    def missing(self, entry: RuleEntry, coming: Coming) -> list[str]:
        return self.house.unknown(entry.person)

    def is_same(self, here: RuleEntry, wanted: RuleEntry) -> bool:
        spelt = wanted.model_copy(update={"person": here.person})
        return here == spelt and (here.person or "").casefold() == (wanted.person or "").casefold()

    async def write(self, entry: RuleEntry) -> None:
        person = self.house.people[entry.person.casefold()] if entry.person else None
        known = next((each for each in self._here if each.name == entry.name), None)
        rule = allowing.ApprovalRule.model_validate(
            {
                **entry.model_dump(by_alias=False, exclude={"person", "user_id"}),
                "id": known.id if known else NO_ID,
                "user_id": person,
            }
        )
        await self.house.ask(allowing.ChangeRule(rule=rule) if known else allowing.AddRule(rule=rule))

    def places(self) -> Places:
        return [(each.name, each.id) for each in self._here]

    async def put_in_order(self, ids: Sequence[UUID]) -> None:
        await self.house.ask(allowing.OrderRules(ids=list(ids)))


class Quotas(Part[QuotaEntry]):
    """Of single people. What holds for a role is said by the variables."""

    name = "quotas"

    async def read(self) -> list[QuotaEntry]:
        await self.house.know_people()
        found: list[allowing.PersonQuota] = []
        cursor: str | None = None
        while True:
            page = await self.house.ask(allowing.ListQuotas(limit=100, cursor=cursor))
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        self._lost = [each.user.name for each in found if each.user.id not in self.house.addresses]
        return [
            QuotaEntry.model_validate(
                {
                    "person": self.house.addresses[each.user.id],
                    **each.model_dump(by_alias=False, include={"movie", "tv", "may_ask_4k"}),
                }
            )
            for each in found
            if each.user.id in self.house.addresses
        ]

    @classmethod
    def key(cls, entry: QuotaEntry) -> str:
        return entry.person.casefold()

    def lost(self) -> list[str]:
        return [f"quotas: that of {name}, who has no e-mail address here." for name in self._lost]

    def missing(self, entry: QuotaEntry, coming: Coming) -> list[str]:
        return self.house.unknown(entry.person)

    def is_same(self, here: QuotaEntry, wanted: QuotaEntry) -> bool:
        return here == wanted.model_copy(update={"person": here.person})

    async def write(self, entry: QuotaEntry) -> None:
        values = entry.model_dump(by_alias=False, include={"movie", "tv", "may_ask_4k"})
        user_id = self.house.people[entry.person.casefold()]
        await self.house.ask(allowing.SetQuota.model_validate({"user_id": user_id, **values}))


class Templates(Part[TemplateEntry]):
    name = "templates"

    async def read(self) -> list[TemplateEntry]:
        here: list[Template] = (await self.house.ask(ListTemplates())).items
        return [
            TemplateEntry(
                type=each.type,
                locale=each.locale,
                channel=each.channel,
                title=each.own.title,
                body=each.own.body,
            )
            for each in here
            if each.own is not None
        ]

    @classmethod
    def key(cls, entry: TemplateEntry) -> str:
        return f"{entry.type.value} {entry.locale.value} {entry.channel.value}"

    async def write(self, entry: TemplateEntry) -> None:
        await self.house.ask(SetTemplate.model_validate(entry.model_dump(by_alias=False)))


class Profiles(Part[ProfileBody]):
    name = "profiles"

    async def read(self) -> list[ProfileBody]:
        self._here: list[Profile] = (await self.house.ask(ListProfiles())).items
        return [
            ProfileBody.model_validate(
                each.model_dump(by_alias=False, exclude={"id", "downloads", "updated_at"})
            )
            for each in self._here
        ]

    @classmethod
    def key(cls, entry: ProfileBody) -> str:
        return entry.name.casefold()

    def first(self, entries: Sequence[ProfileBody]) -> Sequence[ProfileBody]:
        """Which is the default one is said before another stops being it."""
        return sorted(entries, key=lambda entry: not entry.is_default)

    async def write(self, entry: ProfileBody) -> None:
        known = next((each for each in self._here if each.name.casefold() == self.key(entry)), None)
        await self.house.ask(
            ChangeProfile(id=known.id, profile=entry) if known else CreateProfile(profile=entry)
        )
