import { useTranslation } from "react-i18next";

import { api, http, queries, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/notifications/mutes";

/** Whether this person wants to hear nothing of a title. Takes effect at once and can be undone. */
export function useMute(title: Schemas["Title"]): { on: boolean; toggle: () => void } {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const mutes = api.useQuery("get", PATH, { params: { query: { limit: 100 } } });
  const on = mutes.data?.items.some((each) => each.mediaType === title.mediaType && each.tmdbId === title.tmdbId) ?? false;
  const path = { media_type: title.mediaType, tmdb_id: title.tmdbId };
  const set = async (muted: boolean) => {
    if (muted) await http.PUT(`${PATH}/{media_type}/{tmdb_id}`, { params: { path }, body: { title: title.title } });
    else await http.DELETE(`${PATH}/{media_type}/{tmdb_id}`, { params: { path } });
    await outdated(PATH);
  };
  const failed = (error: unknown) => {
    void queries.invalidateQueries({ queryKey: ["get", PATH] });
    tell({ title: t("requests.notDone"), body: error instanceof Error && error.message ? error.message : t("problems.UNKNOWN") });
  };
  const turn = (muted: boolean) =>
    set(muted).then(
      () => tell({ title: t(muted ? "title.muted" : "title.unmuted", { title: title.title }), undo: () => void set(!muted).catch(failed) }),
      failed,
    );
  return { on, toggle: () => void turn(!on) };
}
