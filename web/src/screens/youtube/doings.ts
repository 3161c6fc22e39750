import type { Schemas } from "@/api/client";

type Status = Schemas["DownloadStatus"];
export type Doing = "pause" | "resume" | "retry" | "hurry" | "pin" | "unpin" | "cancel" | "remove";

const UNDER_WAY: ReadonlySet<Status> = new Set(["queued", "waiting", "downloading", "processing", "importing", "paused"]);
const TO_PAUSE: ReadonlySet<Status> = new Set(["queued", "waiting", "downloading"]);
const OVER: ReadonlySet<Status> = new Set(["failed", "cancelled", "removed"]);

export function isUnderWay(status: Status): boolean {
  return UNDER_WAY.has(status);
}

/** What can be done about a download as it is now; the first is what somebody most likely wants. */
export function doings({ status, priority, pinned }: { status: Status; priority: boolean; pinned: boolean }, admin: boolean): Doing[] {
  return [
    ...(status === "paused" ? (["resume"] as const) : []),
    ...(OVER.has(status) ? (["retry"] as const) : []),
    ...(TO_PAUSE.has(status) ? (["pause"] as const) : []),
    ...(admin && !priority && (status === "queued" || status === "waiting") ? (["hurry"] as const) : []),
    ...(status === "ready" ? [pinned ? ("unpin" as const) : ("pin" as const)] : []),
    isUnderWay(status) ? "cancel" : "remove",
  ];
}

interface Shown {
  downloadId: string;
  status: Status;
  progress: Schemas["Progress"] | null;
  position: number | null;
}

/** A download as it is told live; what has ended in the list is not brought back by what was told before. */
export function asShown(download: Schemas["Download"], live: Shown | undefined): Schemas["Download"] {
  if (!live || (!isUnderWay(download.status) && isUnderWay(live.status) && live.progress === null)) return download;
  return { ...download, status: live.status, progress: live.progress ?? (isUnderWay(live.status) ? (download.progress ?? null) : null), position: live.position };
}
