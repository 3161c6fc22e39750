import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { Poster } from "@/ui/Poster";
import { Shelf } from "@/ui/Shelf";
import { CARD } from "@/ui/TitleCard";
import { plexPicture } from "@/ui/plexPicture";

const WIDTH = 160;

export const ON_DECK = api.queryOptions("get", "/api/v1/plex/on-deck", { params: { query: { limit: 20 } } });

/** Where one has stopped, and what comes next. Whoever has no account at Plex has none of it. */
export function Continue() {
  const { t } = useTranslation();
  const deck = useQuery(ON_DECK);
  if (!deck.data?.items.length) return null;
  return (
    <div>
      <Shelf title={t("home.continue")}>
        {deck.data.items.map((item) => (
          <Next key={item.ratingKey} item={item} />
        ))}
      </Shelf>
      {deck.data.stale && <p className="text-sm text-warn">{t("library.stale")}</p>}
    </div>
  );
}

function Next({ item }: { item: Schemas["OnDeckItem"] }) {
  const { t } = useTranslation();
  const seen = item.viewOffsetMs && item.durationMs ? Math.min(1, item.viewOffsetMs / item.durationMs) : null;
  const left = seen !== null && item.durationMs ? Math.max(1, Math.round((item.durationMs * (1 - seen)) / 60_000)) : null;
  const episode = item.type === "episode" && item.parentIndex != null && item.index != null ? `${item.parentIndex}×${String(item.index).padStart(2, "0")}` : null;
  return (
    <Link to="/item/$ratingKey" params={{ ratingKey: item.ratingKey }} preload="intent" className={`block ${CARD}`}>
      <div className="relative">
        <Poster src={plexPicture(item.image, WIDTH)} title={item.title} />
        {seen !== null && (
          <div aria-hidden className="absolute inset-x-2 bottom-2 h-1.5 overflow-hidden rounded-full bg-black/60">
            <div className="h-full bg-accent" style={{ width: `${seen * 100}%` }} />
          </div>
        )}
      </div>
      <p className="mt-1 truncate font-medium">{item.grandparentTitle ?? item.parentTitle ?? item.title}</p>
      <p className="truncate text-sm text-soft">{[episode, left !== null ? t("home.left", { count: left }) : t("home.next")].filter(Boolean).join(" · ")}</p>
    </Link>
  );
}
