"""The file as it is read and written."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version as installed
from typing import Any, Literal

from pydantic import Field, ValidationError

from medianest.errors import Refused
from medianest.settings_file.entries import (
    DefaultEntry,
    DownloadLimitEntry,
    GroupEntry,
    IntegrationEntry,
    MaintenanceEntry,
    MonitorEntry,
    PageEntry,
    QuotaEntry,
    RuleEntry,
    TemplateEntry,
)
from medianest.settings_file.secrets import merged, opened
from medianest_common.clock import SystemClock
from medianest_common.contracts.base import Body
from medianest_common.contracts.youtube.profiles import ProfileBody

FORMAT = "medianest-settings"
VERSION = 1
_ABOUT = [
    "What administrators have set up in a MediaNest. `medianest settings import FILE` says what it would do, and",
    "`--apply` does it. Things are known by their names; a part that is taken out of this file is let alone, and so",
    "is whatever is not named here. No secret can be read in it: `secretMissing` and `secrets` say which there were,",
    "and `sealed` holds them where that was wanted, encrypted: base64 of a file of age (age-encryption.org).",
    "Not in it: what the variables (MEDIANEST_…) say, people and what they have chosen for themselves, subscriptions,",
    "and history.",
]


class SettingsDocument(Body):
    """A part that is None is not there."""

    format: Literal["medianest-settings"] = "medianest-settings"
    version: Literal[1] = 1
    about: list[str] = []
    made_by: str = ""
    made_at: str = ""
    left_out: list[str] = []
    """What could not be written, and why."""
    sealed: str | None = Field(default=None, repr=False)
    """What is secret, where it was wanted: see `secrets.py`."""
    integrations: list[IntegrationEntry] | None = None
    request_defaults: list[DefaultEntry] | None = None
    rules: list[RuleEntry] | None = None
    quotas: list[QuotaEntry] | None = None
    download_limits: list[DownloadLimitEntry] | None = None
    monitor_groups: list[GroupEntry] | None = None
    monitors: list[MonitorEntry] | None = None
    maintenance: list[MaintenanceEntry] | None = None
    status_pages: list[PageEntry] | None = None
    templates: list[TemplateEntry] | None = None
    profiles: list[ProfileBody] | None = None


def written(
    parts: Mapping[str, Sequence[Mapping[str, Any]]], left_out: Sequence[str], *, sealed: str | None
) -> str:
    whole = {
        "format": FORMAT,
        "version": VERSION,
        "about": _ABOUT,
        "madeBy": f"medianest {installed('medianest')}",
        "madeAt": SystemClock().now().isoformat(timespec="seconds"),
        "leftOut": left_out,
        **({"sealed": sealed} if sealed else {}),
        **parts,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def read(text: str, *, passphrase: str | None = None) -> SettingsDocument:
    """With what is secret in its place, where there is a passphrase. Raises `Refused` with each place that is wrong."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(f"This is no JSON: {error}.") from None
    if not isinstance(given, dict) or given.get("format") != FORMAT:
        raise Refused(f'This is no file of settings: it does not begin with "format": "{FORMAT}".')
    version = given.get("version")
    if isinstance(version, int) and version > VERSION:
        raise Refused(
            f"The file has version {version} of the format, and this MediaNest reads version {VERSION}. "
            "Import it with a newer MediaNest."
        )
    known = {info.alias or name for name, info in SettingsDocument.model_fields.items()}
    if unknown := sorted(set(given) - known):
        parts = ", ".join(
            sorted(known - {"format", "version", "about", "madeBy", "madeAt", "leftOut", "sealed"})
        )
        raise Refused(f"No part is called {', '.join(unknown)}. There are: {parts}.")
    if passphrase is not None:
        if not isinstance(given.get("sealed"), str):
            raise Refused("The file holds no secrets: leave `--secrets` out, or export it with them.")
        given = merged(given, opened(given["sealed"], passphrase=passphrase))
    try:
        return SettingsDocument.model_validate_json(json.dumps(given))
    except ValidationError as error:
        wrong = [
            f"{'.'.join(str(step) for step in each['loc'])}: {each['msg'].removeprefix('Value error, ')}"
            for each in error.errors(include_input=False, include_url=False, include_context=False)
        ]
        raise Refused("\n".join(["Mend these in the file; nothing was changed.", *wrong])) from None
