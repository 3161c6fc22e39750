import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";

/** The place in a show that an issue is about; nothing for a film or a whole show. */
export function useWhere(): (issue: Pick<Schemas["Issue"], "season" | "episode">) => string | null {
  const { t } = useTranslation();
  return ({ season, episode }) => {
    if (season === null) return null;
    if (episode === null) return t("issues.inSeason", { season });
    return t("issues.inEpisode", { season, episode });
  };
}
