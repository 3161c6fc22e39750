import { SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { useCataloguePages } from "@/screens/discover/useCataloguePages";
import type { SearchFor } from "@/screens/search/routes";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Stale } from "@/screens/discover/Stale";
import { CardGrid, TitleCard } from "@/ui/TitleCard";

const PATH = "/api/v1/media/search";

interface CatalogueProps {
  /** What the catalogue is asked for, and what the person has typed for it. */
  asked: string;
  shown: string;
  type: SearchFor["type"];
}

/** What can be asked for. An older answer never takes the place of a newer one: each has its own name. */
export function Catalogue({ asked, shown, type }: CatalogueProps) {
  const { t } = useTranslation();
  const query = { query: asked, ...(type && { type }) };
  const found = useCataloguePages(["get", PATH, query], async (page, signal) => (await http.GET(PATH, { params: { query: { ...query, page } }, signal })).data!);
  return (
    <section aria-labelledby="catalogue" aria-busy={found.isPlaceholderData}>
      <h2 id="catalogue" className="mb-3 text-xl font-semibold">
        {t("search.catalogue")}
      </h2>
      <p role="status" className="sr-only">
        {found.isSuccess && !found.isPlaceholderData && t("search.found", { count: found.items.length })}
      </p>
      {found.isError && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <CardGrid loading />}
      <Stale page={found.data?.pages[0]} />
      {found.isSuccess && found.items.length === 0 && !found.hasNextPage && (
        <Empty icon={SearchX} title={t("search.nothing", { asked: shown })}>
          {t("search.nothingHint")}
        </Empty>
      )}
      {found.items.length > 0 && (
        <div className={found.isPlaceholderData ? "opacity-60" : undefined}>
          <CardGrid>
            {found.items.map((title) => (
              <li key={`${title.mediaType}-${title.tmdbId}`}>
                <TitleCard title={title} />
              </li>
            ))}
          </CardGrid>
        </div>
      )}
      {!found.isPlaceholderData && <More pages={found} />}
    </section>
  );
}
