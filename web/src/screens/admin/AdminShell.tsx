import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { useTranslation } from "react-i18next";

import { GROUPS, OVERVIEW, type AdminPlace } from "@/screens/admin/places";

/** The places of the administration beside each of them; on a phone they are the overview itself, and each leads back there. */
export function AdminShell() {
  const { t } = useTranslation();
  const onOverview = useLocation({ select: ({ pathname }) => /\/admin\/?$/.test(pathname) });
  return (
    <div className="flex gap-8">
      <nav aria-label={t("admin.title")} className="sticky top-20 hidden max-h-[calc(100dvh-6rem)] w-56 shrink-0 flex-col gap-5 self-start overflow-y-auto pb-4 lg:flex">
        <PlaceLink place={OVERVIEW} exact />
        {GROUPS.map((group) => (
          <div key={group.name}>
            <p className="px-3 pb-1 text-sm font-semibold text-soft">{t(group.name)}</p>
            <ul>
              {group.places.map((place) => (
                <li key={place.to}>
                  <PlaceLink place={place} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="min-w-0 flex-1">
        {!onOverview && (
          <Link to="/admin" className="-mt-2 mb-1 -ml-2 inline-flex min-h-11 items-center gap-1 rounded-lg px-2 text-soft hover:text-ink lg:hidden">
            <ChevronLeft aria-hidden className="size-5" />
            {t("admin.title")}
          </Link>
        )}
        <Outlet />
      </div>
    </div>
  );
}

function PlaceLink({ place: { to, name, icon: Icon }, exact = false }: { place: AdminPlace; exact?: boolean }) {
  const { t } = useTranslation();
  return (
    <Link
      to={to}
      preload="intent"
      activeOptions={{ exact, includeSearch: false }}
      className="flex min-h-10 items-center gap-3 rounded-lg px-3"
      activeProps={{ className: "bg-line/60 font-medium text-ink", "aria-current": "page" }}
      inactiveProps={{ className: "text-soft hover:bg-line/40 hover:text-ink" }}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 truncate">{t(name)}</span>
    </Link>
  );
}
