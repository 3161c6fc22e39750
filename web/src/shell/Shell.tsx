import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { Bell, Clapperboard, House, ListVideo, Search, Activity, LifeBuoy, Library, ShieldCheck, type LucideIcon } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { isAdmin, useMe } from "@/api/session";
import { Live, useTrouble } from "@/live/Live";
import { PasteOffer } from "@/shell/PasteOffer";
import { useSearchKey } from "@/screens/search/useSearchKey";
import { Mine } from "@/shell/Mine";
import { StepUp } from "@/shell/StepUp";
import { useBadge } from "@/worker/useBadge";

const SETTLED_MS = 20_000;

interface Place {
  to: string;
  name: "home" | "search" | "requests" | "library" | "youtube" | "services" | "admin" | "help";
  icon: LucideIcon;
  /** Within reach of a thumb; the others are in the menu of each person. */
  onPhone: boolean;
  forAdmins?: boolean;
}

const PLACES: Place[] = [
  { to: "/", name: "home", icon: House, onPhone: true },
  { to: "/search", name: "search", icon: Search, onPhone: true },
  { to: "/requests", name: "requests", icon: Clapperboard, onPhone: true },
  { to: "/library", name: "library", icon: Library, onPhone: true },
  { to: "/youtube", name: "youtube", icon: ListVideo, onPhone: true },
  { to: "/services", name: "services", icon: Activity, onPhone: false },
  { to: "/admin", name: "admin", icon: ShieldCheck, onPhone: false, forAdmins: true },
  { to: "/help", name: "help", icon: LifeBuoy, onPhone: false },
];

export function Shell() {
  const { t } = useTranslation();
  const me = useMe();
  const main = useRef<HTMLElement>(null);
  useStartOf(main);
  useSearchKey();
  useTongue();
  return (
    <Live>
      <PasteOffer />
      <a
        href="#main"
        onClick={(event) => {
          // Addresses begin at the root of the portal, so that this one would lead away from here.
          event.preventDefault();
          main.current?.focus();
        }}
        className="sr-only focus:not-sr-only focus:fixed focus:z-50 focus:bg-raised focus:p-3">
        {t("skip")}
      </a>
      <div className="mx-auto flex min-h-dvh max-w-[120rem]">
        <nav aria-label={t("places")} className="sticky top-0 hidden h-dvh w-56 shrink-0 flex-col gap-1 border-r border-line p-4 md:flex">
          <p className="px-3 py-2 text-lg font-semibold">MediaNest</p>
          {PLACES.filter((place) => !place.forAdmins || isAdmin(me)).map((place) => (
            <Place key={place.to} {...place} className="flex min-h-11 items-center gap-3 rounded-lg px-3" />
          ))}
        </nav>
        <div className="flex min-w-0 flex-1 flex-col">
          <Top />
          <Trouble />
          <main id="main" ref={main} tabIndex={-1} className="flex-1 px-4 pt-4 outline-none pb-24 md:px-8 md:pb-10">
            <Outlet />
          </main>
        </div>
      </div>
      <nav
        aria-label={t("places")}
        className="fixed inset-x-0 bottom-0 z-40 grid grid-cols-5 border-t border-line bg-raised pb-[env(safe-area-inset-bottom)] md:hidden"
      >
        {PLACES.filter((place) => place.onPhone).map((place) => (
          <Place key={place.to} {...place} className="flex min-h-14 flex-col items-center justify-center gap-0.5 text-xs" />
        ))}
      </nav>
      <StepUp />
    </Live>
  );
}

/** Whoever comes to another place starts at its beginning, with a screen reader and with the keyboard, too. */
function useStartOf(main: React.RefObject<HTMLElement | null>) {
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [main, pathname]);
}

function Place({ to, name, icon: Icon, className }: Place & { className: string }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  // The place that was touched says so at once, however long its screen takes to come.
  const [leftAt, setLeftAt] = useState<string | null>(null);
  if (leftAt !== null && leftAt !== pathname) setLeftAt(null);
  return (
    <Link
      to={to}
      preload="intent"
      activeOptions={{ exact: to === "/" }}
      onClick={(event) => {
        const staysHere = event.metaKey || event.ctrlKey || event.shiftKey;
        if (!staysHere) setLeftAt(pathname);
      }}
      className={className}
      activeProps={{ className: "text-accent font-medium", "aria-current": "page" }}
      inactiveProps={{ className: leftAt === pathname ? "text-accent" : "text-soft hover:text-ink" }}
    >
      <Icon aria-hidden className="size-5" />
      <span className="max-w-full truncate">{t(`place.${name}`)}</span>
    </Link>
  );
}

function Top() {
  const { t } = useTranslation();
  const count = api.useQuery("get", "/api/v1/notifications/count");
  const unread = count.data?.unread ?? 0;
  useBadge(count.data?.unread);
  return (
    <header className="sticky top-0 z-30 flex items-center justify-between gap-2 bg-ground/90 px-4 py-2 backdrop-blur md:justify-end md:px-8">
      <Link to="/" className="inline-flex min-h-11 items-center text-lg font-semibold md:hidden">
        MediaNest
      </Link>
      <div className="flex items-center gap-1">
        <Link
          to="/notifications"
          preload="intent"
          aria-label={unread ? t("unread", { count: unread }) : t("notifications")}
          className="relative inline-flex size-11 items-center justify-center rounded-lg hover:bg-line/50"
        >
          <Bell aria-hidden className="size-5" />
          {unread > 0 && (
            <span aria-hidden className="absolute top-0.5 right-0.5 rounded-full bg-accent px-1.5 text-xs font-semibold text-accent-ink">
              {unread > 99 ? "99+" : unread}
            </span>
          )}
        </Link>
        <Mine />
      </div>
    </header>
  );
}

function Trouble() {
  const { t } = useTranslation();
  const trouble = useTrouble();
  return (
    <div role="status" className="px-4 md:px-8">
      {trouble && <p className="mt-2 rounded-lg border border-warn px-3 py-2 text-sm text-warn">{t(`trouble.${trouble}`)}</p>}
    </div>
  );
}

/** Long after the screen is there: nobody waits for what their messages go by. */
function useTongue() {
  const me = useMe();
  useEffect(() => {
    const later = setTimeout(() => void import("@/screens/account/notifications/tongue").then(({ speakLikeHere }) => speakLikeHere(me)), SETTLED_MS);
    return () => clearTimeout(later);
  }, [me]);
}
