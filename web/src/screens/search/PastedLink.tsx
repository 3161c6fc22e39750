import { Link } from "@tanstack/react-router";
import { Download, Film } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Pasted } from "@/screens/search/links";
import { buttonLook } from "@/ui/Button";

/** Where a pasted address leads. */
export function PastedLink({ pasted }: { pasted: Exclude<Pasted, { what: "imdb" }> }) {
  const { t } = useTranslation();
  const youtube = pasted.what === "youtube";
  const Icon = youtube ? Download : Film;
  return (
    <div role="status" className="flex flex-col items-center gap-4 rounded-xl border border-line bg-raised px-6 py-8 text-center">
      <Icon aria-hidden className="size-8 text-soft" />
      <p>{t(youtube ? "search.isYouTube" : "search.isTitle")}</p>
      {pasted.what === "youtube" && (
        <Link to="/youtube" search={{ link: pasted.link } as never} className={buttonLook("main")}>
          {t("search.toYouTube")}
        </Link>
      )}
      {pasted.what === "title" && (
        <Link to="/title/$type/$tmdbId" params={{ type: pasted.type, tmdbId: pasted.tmdbId }} preload="intent" className={buttonLook("main")}>
          {t("search.toTitle")}
        </Link>
      )}
      {pasted.what === "person" && (
        <Link to="/person/$tmdbId" params={{ tmdbId: pasted.tmdbId }} preload="intent" className={buttonLook("main")}>
          {t("search.toPerson")}
        </Link>
      )}
    </div>
  );
}
