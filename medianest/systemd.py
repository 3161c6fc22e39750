"""`medianest systemd`: start at boot, be watched over, and be let do no more than it needs."""

import os
import socket
import sysconfig
from pathlib import Path

from medianest.errors import SetupError

NAME = "medianest.service"

_UNIT = """\
[Unit]
Description=MediaNest, a portal for a household around a Plex server
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
NotifyAccess=main
ExecStart={program} run
EnvironmentFile=-{settings}
{place}
Restart=on-failure
RestartSec=5
# What started the servers and services ends them in order.
KillMode=mixed
# The first start after an upgrade may have much to bring up to date.
TimeoutStartSec=infinity
TimeoutStopSec=30
LimitNOFILE=65536
OOMPolicy=continue

NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
{hardening}
[Install]
WantedBy={target}
"""

_SYSTEM_PLACE = """\
DynamicUser=yes
User=medianest
StateDirectory=medianest
StateDirectoryMode=0700
WorkingDirectory=%S/medianest
Environment=MEDIANEST_DATA_DIR=%S/medianest MEDIANEST_LOG_FORMAT=json"""

_USER_PLACE = "Environment=MEDIANEST_LOG_FORMAT=json"

# Under ProtectSystem=strict a library or backups on another disk need ReadWritePaths=, which docs/operations.md says.
# No MemoryDenyWriteExecute: deno, which yt-dlp needs, makes code while it runs.
_SYSTEM_HARDENING = """\
CapabilityBoundingSet=
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
"""


def unit(*, for_user: bool) -> str:
    """What systemd has to know of this installation. A user's own instance of systemd cannot lock everything away."""
    program = Path(sysconfig.get_path("scripts")) / "medianest"
    return _UNIT.format(
        program=str(program).replace("%", "%%"),
        settings="%E/medianest/environment",
        place=_USER_PLACE if for_user else _SYSTEM_PLACE,
        hardening="" if for_user else _SYSTEM_HARDENING,
        target="default.target" if for_user else "multi-user.target",
    )


def ensure_reachable(*paths: Path) -> None:
    """Raises `SetupError` for what lies in somebody's home, which a unit of the system may not look into."""
    for path in paths:
        if path.is_relative_to("/root") or path.is_relative_to("/home"):
            raise SetupError(
                f"{path} lies in a home folder, which a unit of the system does not see. Install MediaNest where "
                "everybody may read it, e.g. with UV_TOOL_DIR=/opt/medianest UV_TOOL_BIN_DIR=/usr/local/bin "
                "UV_PYTHON_INSTALL_DIR=/opt/python, or run this as an ordinary user."
            )


def unit_file(*, for_user: bool) -> Path:
    if for_user:
        return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user" / NAME
    return Path("/etc/systemd/system") / NAME


class Supervisor:
    """Whoever started us and wants to know how far we are, as `sd_notify(3)` describes it; nobody, mostly."""

    def __init__(self) -> None:
        # Taken out: what we start ourselves has nothing to say there.
        self._address = os.environ.pop("NOTIFY_SOCKET", "")

    def tell(self, state: str) -> None:
        if not self._address:
            return
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.settimeout(1)
            try:
                channel.sendto(state.encode(), address)
            except OSError:
                # It finds out by itself, later.
                return
