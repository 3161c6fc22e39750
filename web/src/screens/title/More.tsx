import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { Shelf } from "@/ui/Shelf";
import { CARD, TitleCard } from "@/ui/TitleCard";

/** What goes with it. Where that cannot be had, the page does without. */
export function More({ title, relation }: { title: Schemas["Title"]; relation: "similar" | "recommended" }) {
  const { t } = useTranslation();
  const path = `/api/v1/media/${title.mediaType}/{tmdb_id}/{relation}` as "/api/v1/media/movie/{tmdb_id}/{relation}";
  const found = api.useQuery("get", path, { params: { path: { tmdb_id: title.tmdbId, relation } } }, { staleTime: 600_000 });
  if ((found.isError && !found.data) || found.data?.items.length === 0) return null;
  return (
    <Shelf title={t(`title.${relation}`)} loading={found.isPending} lines={3}>
      {found.data?.items.map((each) => (
        <TitleCard key={`${each.mediaType}-${each.tmdbId}`} title={each} className={CARD} />
      ))}
    </Shelf>
  );
}
