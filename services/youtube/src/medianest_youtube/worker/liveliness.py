"""Whether a group of processes does anything: the time it has had on a processor."""

from pathlib import Path

_PROC = Path("/proc")


def processor_ticks(group: int) -> int | None:
    """Of all processes of the group that live now; None where the system does not tell."""
    if not (_PROC / "self" / "stat").exists():
        return None
    ticks = 0
    for process in _PROC.glob("[0-9]*/stat"):
        try:
            # The name of the program stands in brackets and may hold anything.
            fields = process.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks
