"""Why nothing could be read from an Uptime Kuma."""

from typing import ClassVar

from medianest_common.errors import Invalid, Unavailable

SYSTEM = "Uptime Kuma"


class KumaCodeRequired(Invalid):
    title = "Uptime Kuma asks for the code of the second factor"

    def __init__(self) -> None:
        super().__init__(
            "This account has two-factor sign-in: send the present code of its app as `code`.",
            upstream=SYSTEM,
        )


class KumaSignInRefused(Invalid):
    title = "Uptime Kuma does not let us in"


class KumaNotSetUp(Invalid):
    title = "This Uptime Kuma has not been set up"


class KumaPageUnknown(Invalid):
    title = "This Uptime Kuma has no such status page"


class KumaBusy(Unavailable):
    """It takes no more sign-ins for a while."""

    transient: ClassVar[bool] = False
    title = "Uptime Kuma takes no more sign-ins right now"
