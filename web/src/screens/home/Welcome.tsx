import { Link } from "@tanstack/react-router";
import { Clapperboard, Library, ListVideo, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";

const WAYS: { to: string; name: "ask" | "watch" | "youtube"; icon: LucideIcon }[] = [
  { to: "/search", name: "ask", icon: Clapperboard },
  { to: "/library", name: "watch", icon: Library },
  { to: "/youtube", name: "youtube", icon: ListVideo },
];

/** What can be done here, for whoever has not done anything yet. */
export function Welcome({ name }: { name: string }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="welcome" className="flex flex-col gap-4 rounded-2xl border border-line bg-raised p-5 sm:p-8">
      <div>
        <h2 id="welcome" className="text-2xl font-semibold break-words">
          {t("home.welcome", { name })}
        </h2>
        <p className="mt-1 text-soft">{t("home.welcomeHint")}</p>
      </div>
      <ul className="grid gap-3 sm:grid-cols-3">
        {WAYS.map(({ to, name: way, icon: Icon }) => (
          <li key={way}>
            <Link to={to} preload="intent" className="flex h-full gap-3 rounded-xl border border-line p-4 hover:border-accent">
              <Icon aria-hidden className="size-6 shrink-0 text-accent" />
              <span>
                <span className="block font-medium">{t(`home.ways.${way}`)}</span>
                <span className="block text-sm text-soft">{t(`home.waysHint.${way}`)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
