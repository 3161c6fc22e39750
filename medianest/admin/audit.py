"""Checking the audit log to its end, however long it is."""

import re
from typing import TYPE_CHECKING

from medianest.errors import Refused

if TYPE_CHECKING:
    from medianest.admin.asking import Operator
    from medianest_common.contracts.auth.history import AuditVerdict


async def read_whole(auth: "Operator", *, noted: str | None) -> "AuditVerdict":
    from medianest_common.contracts.auth.operator import OperatorVerifyAudit

    known = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", noted) if noted else None
    if noted and not known:
        raise Refused("What was noted looks like 1234:5f2c…, as this command printed it.")
    asked = OperatorVerifyAudit(seq=int(known[1]) if known else None, hash=known[2] if known else None)
    verdict = await auth.ask(asked)
    first = verdict.first
    while verdict.intact and not verdict.complete:
        verdict = await auth.ask(asked.model_copy(update={"after": verdict.up_to}))
    return verdict.model_copy(update={"first": first})
