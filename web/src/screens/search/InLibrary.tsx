import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import type { SearchFor } from "@/screens/search/routes";
import { Failure } from "@/ui/Failure";
import { LibraryItem } from "@/ui/LibraryItem";
import { Shelf } from "@/ui/Shelf";
import { CARD } from "@/ui/TitleCard";

/** What is there already, from our own index: it answers while the catalogue does not. */
export function InLibrary({ asked, type }: { asked: string; type: SearchFor["type"] }) {
  const { t } = useTranslation();
  const wanted = type === "movie" ? "movie" : type === "tv" ? "show" : null;
  const found = api.useQuery(
    "get",
    "/api/v1/plex/search",
    { params: { query: { query: asked, type: wanted, limit: 24 } } },
    { placeholderData: (before) => before },
  );
  if (found.isError && !found.data)
    return (
      <section aria-label={t("search.library")}>
        <h2 className="mb-3 text-xl font-semibold">{t("search.library")}</h2>
        <Failure error={found.error} retry={() => void found.refetch()} />
      </section>
    );
  if (found.data?.items.length === 0) return null;
  return (
    <div aria-busy={found.isPlaceholderData} className={found.isPlaceholderData ? "opacity-60" : undefined}>
      <Shelf title={t("search.library")} loading={found.isPending}>
        {found.data?.items.map((item) => (
          <LibraryItem key={item.ratingKey} item={item} className={CARD} />
        ))}
      </Shelf>
      {found.data?.stale && <p className="text-sm text-warn">{t("library.stale")}</p>}
    </div>
  );
}
