"""What is the matter with outboxes, streams, their readers, and what could not be handled."""

from medianest_common.contracts.health.findings import FindingCode, FindingSeverity, InstallationFinding
from medianest_common.contracts.health.queues import DeadLetterCount, QueueStream, WhenFull
from medianest_common.contracts.platform import Outbox
from medianest_health.app import HealthApp
from medianest_health.use_cases.read_queues import read_queues

_LONGEST_IN_OUTBOX = 60.0
_MOST_BEHIND = 1000
_FULL = 80


async def in_queues(app: HealthApp) -> list[InstallationFinding]:
    queues = await read_queues(app)
    if queues.streams is None:
        raise LookupError("streams")
    found = [_stuck(outbox) for outbox in queues.outboxes if outbox.oldest_seconds > _LONGEST_IN_OUTBOX]
    for stream in queues.streams:
        found.extend(_of_stream(stream))
    return [*found, *map(_given_up, queues.dead_letters)]


def _stuck(outbox: Outbox) -> InstallationFinding:
    return InstallationFinding(
        code=FindingCode.OUTBOX_STUCK,
        severity=FindingSeverity.CRITICAL,
        about=outbox.service,
        number=round(outbox.oldest_seconds),
        text=f"{outbox.service} has not been able to tell the bus anything for {outbox.oldest_seconds:.0f} seconds.",
        advice="Look whether NATS is there and has room; `outbox_not_published` in the log says what it answers.",
    )


def _of_stream(stream: QueueStream) -> list[InstallationFinding]:
    found = []
    share = 100 * stream.bytes / stream.max_bytes if stream.max_bytes else 0
    if stream.when_full is WhenFull.REFUSES and share > _FULL:
        found.append(
            InstallationFinding(
                code=FindingCode.STREAM_FULL,
                severity=FindingSeverity.CRITICAL,
                about=stream.name,
                number=round(share),
                text=f"The stream {stream.name} is {share:.0f} % full; at 100 % no work can be handed on.",
                advice="Look which reader of it does not get on, and why.",
            )
        )
    for reader in stream.consumers:
        if reader.pending and reader.redelivered:
            code, what = FindingCode.READER_STUCK, "gets its messages again and again"
        elif reader.pending > _MOST_BEHIND:
            code, what = FindingCode.READER_BEHIND, "is slower than what comes"
        else:
            continue
        found.append(
            InstallationFinding(
                code=code,
                severity=FindingSeverity.WARNING,
                about=reader.name,
                number=reader.pending,
                text=f"{reader.name} {what}: {reader.pending} wait.",
                advice="`message_retried` in the log of its service says what goes wrong; else add a replica.",
            )
        )
    return found


def _given_up(letters: DeadLetterCount) -> InstallationFinding:
    return InstallationFinding(
        code=FindingCode.DEAD_LETTERS,
        severity=FindingSeverity.WARNING,
        about=letters.handler,
        number=letters.waiting,
        text=f"Messages that {letters.handler} has given up: {letters.waiting}.",
        advice="The page of the queues has the reason: mend the cause, then try them again there.",
    )
