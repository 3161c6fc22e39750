import type { Schemas } from "@/api/client";
import { isAdmin, type User } from "@/api/session";

type Request = Schemas["MediaRequest"];

const OVER = new Set<Request["status"]>(["declined", "cancelled"]);
const MAY_FAIL = new Set<Request["status"]>(["pending", "approved", "processing"]);

/** What somebody may do with a request as it stands. The portal has the last word. */
export function deedsOf(request: Request, me: User) {
  const { status } = request;
  const admin = isAdmin(me);
  const mine = request.requestedBy.id === me.id;
  const changeable = admin || (mine && status === "pending");
  return {
    approve: admin && status === "pending",
    decline: admin && (status === "pending" || status === "failed"),
    retry: admin && (status === "failed" || request.stuckSince != null),
    cancel: !OVER.has(status) && status !== "available" && (admin || (mine && (status === "pending" || status === "failed"))),
    edit: changeable && !OVER.has(status),
    editSeasons: changeable && request.mediaType === "tv" && (status === "pending" || status === "failed"),
    check: (admin || mine) && !OVER.has(status),
    mark: admin ? marksOf(status) : [],
  };
}

/** How far an administrator may say it is: onwards, or that it has failed. */
function marksOf(status: Request["status"]): Schemas["Mark"][] {
  if (OVER.has(status) || status === "available") return [];
  const marks: Schemas["Mark"][] = [];
  if (status === "pending" || status === "approved" || status === "failed") marks.push("processing");
  marks.push("available");
  if (MAY_FAIL.has(status)) marks.push("failed");
  return marks;
}
