"""The services of Apprise's that people may use, by the schema of their address, and the module that speaks to each.

Left out are those that run programs or write files and logs on this machine (exec, file, syslog, dbus, windows, gnome,
macosx), those that call any address with whatever one likes (json, xml, form), raw protocols (mqtt, irc, xmpp, smpp,
rsyslog), mail (which is the installation's), and those that MediaNest speaks to itself.
"""

import re

from medianest_common.contracts.notifications.channels import ChannelKind

SERVICES = {
    "bark": "bark",
    "barks": "bark",
    "bluesky": "bluesky",
    "bsky": "bluesky",
    "chanify": "chanify",
    "dingtalk": "dingtalk",
    "emby": "emby",
    "embys": "emby",
    "feishu": "feishu",
    "flock": "flock",
    "gchat": "google_chat",
    "groupme": "groupme",
    "guilded": "guilded",
    "hassio": "home_assistant",
    "hassios": "home_assistant",
    "ifttt": "ifttt",
    "jellyfin": "jellyfin",
    "jellyfins": "jellyfin",
    "join": "join",
    "kodi": "kodi",
    "kodis": "kodi",
    "lametric": "lametric",
    "lametrics": "lametric",
    "lark": "lark",
    "line": "line",
    "mastodon": "mastodon",
    "mastodons": "mastodon",
    "matrix": "matrix",
    "matrixs": "matrix",
    "mmost": "mattermost",
    "mmosts": "mattermost",
    "ncloud": "nextcloud",
    "nclouds": "nextcloud",
    "nctalk": "nextcloudtalk",
    "nctalks": "nextcloudtalk",
    "notica": "notica",
    "notifiarr": "notifiarr",
    "onesignal": "one_signal",
    "opsgenie": "opsgenie",
    "pagerduty": "pagerduty",
    "pbul": "pushbullet",
    "pover": "pushover",
    "prowl": "prowl",
    "push": "techuluspush",
    "pushdeer": "pushdeer",
    "pushdeers": "pushdeer",
    "pushed": "pushed",
    "pushme": "pushme",
    "pushy": "pushy",
    "revolt": "revolt",
    "rocket": "rocketchat",
    "rockets": "rocketchat",
    "schan": "serverchan",
    "signal": "signal_api",
    "signals": "signal_api",
    "simplepush": "simplepush",
    "slack": "slack",
    "spush": "simplepush",
    "synology": "synology",
    "synologys": "synology",
    "threema": "threema",
    "twilio": "twilio",
    "twist": "twist",
    "webex": "webexteams",
    "wecombot": "wecombot",
    "whatsapp": "whatsapp",
    "workflow": "workflows",
    "workflows": "workflows",
    "wxpusher": "wxpusher",
    "wxteams": "webexteams",
    "zulip": "zulip",
}
REFUSED_OPTIONS = frozenset(
    {
        "cert",
        "cto",
        "emojis",
        "keyfile",
        "optional",
        "overflow",
        "redirect",
        "retry",
        "rto",
        "store",
        "subfile",
    }
    | {"template", "to_file", "tz", "verify", "wait"}
)
"""What would read a file, follow a redirect, trust any certificate or sleep. A leading sign is a way around none."""
_OURS = {
    r"discord": ChannelKind.DISCORD,
    r"tgram": ChannelKind.TELEGRAM,
    r"ntfys?": ChannelKind.NTFY,
    r"gotifys?": ChannelKind.GOTIFY,
    r"mailtos?": ChannelKind.EMAIL,
    r"vapid": ChannelKind.WEB_PUSH,
}


def ours_instead(schema: str) -> ChannelKind | None:
    return next((kind for pattern, kind in _OURS.items() if re.fullmatch(pattern, schema)), None)
