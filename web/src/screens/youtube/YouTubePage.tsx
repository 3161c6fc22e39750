import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { isAdmin, useMe } from "@/api/session";
import { Page } from "@/ui/Page";

const PARTS = [
  { to: "/youtube", name: "downloads", forAdmins: false },
  { to: "/youtube/subscriptions", name: "subscriptions", forAdmins: false },
  { to: "/youtube/profiles", name: "profiles", forAdmins: true },
  { to: "/youtube/queue", name: "upkeep", forAdmins: true },
] as const;

/** What all screens about YouTube have above them. */
export function YouTubePage({ title, actions, children }: { title?: string; actions?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation();
  const admin = isAdmin(useMe());
  return (
    <Page title={title ?? t("place.youtube")} actions={actions}>
      <nav aria-label={t("place.youtube")} className="-mx-4 flex gap-1 overflow-x-auto border-b border-line px-4 md:mx-0 md:px-0">
        {PARTS.filter((part) => admin || !part.forAdmins).map((part) => (
          <Link
            key={part.to}
            to={part.to}
            preload="intent"
            activeOptions={{ exact: part.to === "/youtube", includeSearch: false }}
            className="-mb-px inline-flex min-h-11 shrink-0 items-center border-b-2 px-3"
            activeProps={{ className: "border-accent text-accent font-medium", "aria-current": "page" }}
            inactiveProps={{ className: "border-transparent text-soft hover:text-ink" }}
          >
            {t(`youtube.${part.name}`)}
          </Link>
        ))}
      </nav>
      {children}
    </Page>
  );
}
