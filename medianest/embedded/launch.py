"""Becomes a server: gives up root where asked, arranges to end with the supervisor, then executes the command.

Run as `python -I -S launch.py PARENT_PID SIGNAL MODE COMMAND…`, in a process of its own because
code between fork and exec is not safe in a program with threads. Imports nothing of ours.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1
CANNOT_LAUNCH = 126


def _enter_user_namespace() -> None:
    """Be uid 1000 in a namespace that has no other: not root any more, yet owner of the same files."""
    uid, gid = os.getuid(), os.getgid()
    os.unshare(os.CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
        with open(f"/proc/self/{name}", "w") as handle:
            handle.write(text)


def _become_nobody() -> None:
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    os.chdir("/")


def _end_with(parent: int, signal_number: int) -> None:
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(CANNOT_LAUNCH)


def main() -> None:
    parent, signal_number, mode, *command = sys.argv[1:]
    try:
        if mode == "user_namespace":
            _enter_user_namespace()
        elif mode == "nobody":
            _become_nobody()
        # Last, because the kernel forgets the wish whenever credentials change.
        _end_with(int(parent), int(signal_number))
        os.execv(command[0], command)
    except (OSError, KeyError) as error:
        print(f"cannot start {command[0]}: {error}", file=sys.stderr)
        sys.exit(CANNOT_LAUNCH)


main()
