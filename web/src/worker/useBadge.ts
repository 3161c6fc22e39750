import { useEffect } from "react";

import { closeNotifications } from "@/worker/work";

/** How many are unread stands at the portal's icon, where it is installed; what has been read leaves the screen. */
export function useBadge(unread: number | undefined): void {
  useEffect(() => {
    if (unread === undefined) return;
    if ("setAppBadge" in navigator) void navigator.setAppBadge(unread).catch(() => undefined);
    if (unread === 0) void closeNotifications().catch(() => undefined);
  }, [unread]);
}
