from medianest_common.bus import require_caller
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.preferences import TypeDefaults, TypeMeaning, TypeMeanings
from medianest_notifications.planning.catalogue import MEANINGS


async def list_notification_types() -> TypeMeanings:
    """What the caller can hear of, in words."""
    role = require_caller().role
    return TypeMeanings(
        items=[
            TypeMeaning(
                type=kind,
                group=meaning.group.value,
                title=meaning.title,
                meaning=meaning.meaning,
                heard_by=meaning.heard_by,
                defaults=TypeDefaults(
                    inbox=meaning.default(role, None),
                    email=meaning.default(role, ChannelKind.EMAIL),
                    others=meaning.default(role, ChannelKind.WEB_PUSH),
                ),
                always_in_inbox=meaning.always_in_inbox,
                urgent=meaning.is_urgent(role),
            )
            for kind, meaning in MEANINGS.items()
            if role in meaning.hearers.value
        ]
    )
