import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { Bell, DatabaseBackup, KeyRound, MonitorSmartphone, ShieldCheck, UserRound, type LucideIcon } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

const PARTS: { to: string; name: "profile" | "notifications" | "security" | "devices" | "apps" | "data"; icon: LucideIcon }[] = [
  { to: "/account", name: "profile", icon: UserRound },
  { to: "/account/notifications", name: "notifications", icon: Bell },
  { to: "/account/security", name: "security", icon: ShieldCheck },
  { to: "/account/devices", name: "devices", icon: MonitorSmartphone },
  { to: "/account/apps", name: "apps", icon: KeyRound },
  { to: "/account/data", name: "data", icon: DatabaseBackup },
];

export function Account() {
  const { t } = useTranslation();
  const here = useLocation({ select: ({ pathname }) => pathname });
  const parts = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the part that one is in may be beside what is in sight.
    const current = parts.current?.querySelector<HTMLElement>("[aria-current=page]");
    if (current && parts.current) parts.current.scrollLeft = current.offsetLeft - (parts.current.clientWidth - current.clientWidth) / 2;
  }, [here]);
  return (
    <div className="mx-auto flex max-w-5xl flex-col gap-6 lg:flex-row lg:gap-10">
      <nav
        ref={parts}
        aria-label={t("account")}
        className="relative -mx-4 flex shrink-0 gap-2 overflow-x-auto px-4 py-1 lg:sticky lg:top-20 lg:mx-0 lg:w-52 lg:flex-col lg:self-start lg:overflow-visible lg:px-0"
      >
        {PARTS.map(({ to, name, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            preload="intent"
            activeOptions={{ exact: true }}
            className="inline-flex min-h-11 shrink-0 items-center gap-2 rounded-full border px-4 whitespace-nowrap lg:gap-3 lg:rounded-lg lg:border-transparent lg:px-3"
            activeProps={{ className: "border-accent text-accent font-medium lg:bg-raised", "aria-current": "page" }}
            inactiveProps={{ className: "border-line text-soft hover:text-ink" }}
          >
            <Icon aria-hidden className="size-5" />
            {t(`me.part.${name}`)}
          </Link>
        ))}
      </nav>
      <div className="min-w-0 flex-1">
        <Outlet />
      </div>
    </div>
  );
}
