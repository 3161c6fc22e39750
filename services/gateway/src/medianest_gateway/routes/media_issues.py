"""Issues with what is in the library."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.media import issues
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through
from medianest_gateway.routes.media import UPSTREAM_SECONDS

router = Router(
    prefix="/media/issues", tags=["Issues"], responses=problems(401, 403, 422, 429, 502, 503, 504)
)


@router.get("", response_model=Page[issues.Issue], responses=problems(400))
async def list_issues(gateway: Gateway, query: Annotated[issues.ListIssues, Query()]) -> Response:
    """Everybody's for an administrator, one's own otherwise."""
    return await passed_through(gateway.bus, query)


@router.post("", status_code=201, response_model=issues.Issue, responses=problems(404))
async def create_issue(gateway: Gateway, body: issues.CreateIssueBody, once: Idempotent) -> Response:
    """Saved first and passed on to Overseerr after, so that an outage there loses nothing."""
    message = issues.CreateIssue(issue_kind=body.kind, **body.model_dump(exclude={"kind"}))
    return await once(lambda: passed_through(gateway.bus, message, status=201, timeout=UPSTREAM_SECONDS))


@router.get("/{id:uuid}", response_model=issues.Issue, responses=problems(404))
async def get_issue(gateway: Gateway, id: UUID) -> Response:
    """What is wrong with what, and how far it is."""
    return await passed_through(gateway.bus, issues.GetIssue(id=id))


@router.delete("/{id:uuid}", status_code=204, responses=problems(404))
async def delete_issue(gateway: Gateway, id: UUID) -> None:
    """Whoever reported it may while nobody else has said anything, an administrator always."""
    await gateway.bus.call(issues.DeleteIssue(id=id))


@router.get("/{id:uuid}/comments", response_model=Page[issues.IssueComment], responses=problems(400, 404))
async def list_comments(
    gateway: Gateway,
    id: UUID,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
) -> Response:
    """Latest first."""
    return await passed_through(gateway.bus, issues.ListIssueComments(id=id, limit=limit, cursor=cursor))


@router.post("/{id:uuid}/comments", status_code=201, response_model=issues.Issue, responses=problems(404))
async def comment_on_issue(
    gateway: Gateway, id: UUID, body: issues.CommentBody, once: Idempotent
) -> Response:
    """Answers the issue with the comment in it."""
    message = issues.CommentOnIssue(id=id, message=body.message)
    return await once(lambda: passed_through(gateway.bus, message, status=201))


@router.post("/{id:uuid}/resolve", response_model=issues.Issue, responses=problems(404))
async def resolve_issue(gateway: Gateway, id: UUID) -> Response:
    """It is mended, or there was nothing to mend."""
    return await passed_through(gateway.bus, issues.ResolveIssue(id=id))


@router.post("/{id:uuid}/reopen", response_model=issues.Issue, responses=problems(404))
async def reopen_issue(gateway: Gateway, id: UUID) -> Response:
    """It is not mended after all."""
    return await passed_through(gateway.bus, issues.ReopenIssue(id=id))
