import { Link, useNavigate } from "@tanstack/react-router";
import { Activity, CircleUserRound, LifeBuoy, LogOut, ShieldCheck, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";

import { isAdmin, useMe, useSignOut } from "@/api/session";
import { Sheet } from "@/ui/Sheet";
import { useToasts } from "@/ui/Toasts";

const LINE = "flex min-h-12 items-center gap-3 rounded-lg px-3 text-left hover:bg-line/50";

export function MineSheet({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const { tell } = useToasts();
  const leave = () =>
    void signOut().then(
      () => navigate({ to: "/sign-in" }),
      () => {
        // It would lie over what is said.
        close();
        tell({ title: t("problems.UNREACHABLE") });
      },
    );
  const places: [string, string, LucideIcon][] = [
    ["/account", t("account"), CircleUserRound],
    ["/services", t("place.services"), Activity],
    ...(isAdmin(me) ? [["/admin", t("place.admin"), ShieldCheck] satisfies [string, string, LucideIcon]] : []),
    ["/help", t("place.help"), LifeBuoy],
  ];
  return (
    <Sheet title={me.name} open setOpen={(open) => !open && close()}>
      <nav aria-label={t("mine", { name: me.name })} className="-mx-3 flex flex-col">
        {places.map(([to, name, Icon]) => (
          <Link key={to} to={to} preload="intent" onClick={close} className={LINE}>
            <Icon aria-hidden className="size-5 text-soft" />
            {name}
          </Link>
        ))}
        <button type="button" className={LINE} onClick={leave}>
          <LogOut aria-hidden className="size-5 text-soft" />
          {t("signOut")}
        </button>
      </nav>
    </Sheet>
  );
}
