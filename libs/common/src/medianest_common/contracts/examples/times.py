"""The evening that all examples are of, the first of March 2026."""

NOW = "2026-03-01T18:00:00.000000Z"
_BEFORE = "2026-03-01T17:42:10.000000Z"
_LONG_BEFORE = "2025-11-20T19:30:00.000000Z"
_AFTER = "2026-03-01T18:30:00.000000Z"

EXAMPLES = {
    **dict.fromkeys(
        ("createdAt", "statusSince", "startedAt", "openedAt", "firstSeenAt", "requestedAt", "setAt"), _BEFORE
    ),
    **dict.fromkeys(("linkedAt", "signedInAt"), _LONG_BEFORE),
    **dict.fromkeys(
        ("at", "asOf", "updatedAt", "changedAt", "madeAt", "seenAt", "doneAt", "lastSeenAt", "lastUsedAt"),
        NOW,
    ),
    **dict.fromkeys(("expiresAt", "nextCheckAt", "endsAt"), _AFTER),
    **dict.fromkeys(("startsAt", "lastAt", "lastCheckAt", "lastCheckedAt", "lastLookAt"), NOW),
    **dict.fromkeys(("lastFullPassAt", "stoppedAt", "finishedAt"), NOW),
    **dict.fromkeys(("readAt", "resolvedAt", "vanishedAt"), (None, NOW)),
    "day": "2026-03-01",
}
