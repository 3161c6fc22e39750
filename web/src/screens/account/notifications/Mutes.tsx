import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { useFormats } from "@/i18n/formats";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/notifications/mutes";

/** Titles of which one hears nothing. */
export function Mutes() {
  const { t } = useTranslation();
  const pages = usePages(["get", PATH], async (cursor, signal) => (await http.GET(PATH, { params: { query: { cursor, limit: 50 } }, signal })).data!);
  return (
    <Panel title={t("prefs.mutes.title")} hint={t("prefs.mutes.hint")}>
      {pages.isError && <Failure error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending && <Skeleton className="h-11" />}
      {pages.isSuccess && pages.items.length === 0 && <p className="text-soft">{t("prefs.mutes.none")}</p>}
      <ul className="divide-y divide-line">
        {pages.items.map((each) => (
          <One key={`${each.mediaType} ${String(each.tmdbId)}`} mute={each} />
        ))}
      </ul>
      <More pages={pages} />
    </Panel>
  );
}

function One({ mute }: { mute: Schemas["Mute"] }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { tell } = useToasts();
  const queries = useQueryClient();
  const path = { media_type: mute.mediaType, tmdb_id: mute.tmdbId };
  const again = () => queries.invalidateQueries({ queryKey: ["get", PATH] });
  const refused = () => tell({ title: t("inbox.refused") });
  const mutedAgain = () => http.PUT("/api/v1/notifications/mutes/{media_type}/{tmdb_id}", { params: { path }, body: { title: mute.title, until: mute.until } }).then(again, refused);
  const unmute = () =>
    http.DELETE("/api/v1/notifications/mutes/{media_type}/{tmdb_id}", { params: { path } }).then(() => {
      tell({ title: t("prefs.mutes.ended", { title: mute.title }), undo: () => void mutedAgain() });
      return again();
    }, refused);
  return (
    <li className="flex items-center justify-between gap-3 py-2">
      <div className="min-w-0">
        <Link to="/title/$type/$tmdbId" params={{ type: mute.mediaType, tmdbId: String(mute.tmdbId) }} className="font-medium break-words underline-offset-2 hover:underline">
          {mute.title}
        </Link>
        <p className="text-sm text-soft">{mute.until ? t("prefs.mutes.until", { when: moment(mute.until) }) : t("prefs.mutes.always")}</p>
      </div>
      <Button onClick={() => void unmute()}>{t("prefs.mutes.end")}</Button>
    </li>
  );
}
