"""Read the whole audit log and say whether it is as it was written."""

from medianest_auth.app import AuthApp
from medianest_auth.audit_chain import Head, verify
from medianest_common.bus import require_operator
from medianest_common.contracts.auth.history import AuditVerdict
from medianest_common.contracts.auth.operator import OperatorVerifyAudit

_SECONDS = 5.0
"""For one answer; whoever asks goes on with `after` for what is left."""


async def verify_audit(app: AuthApp, query: OperatorVerifyAudit) -> AuditVerdict:
    require_operator()
    noted = Head(query.seq, bytes.fromhex(query.hash)) if query.seq and query.hash else None
    return await verify(app.db, after=query.after, noted=noted, seconds=_SECONDS, clock=app.clock)
