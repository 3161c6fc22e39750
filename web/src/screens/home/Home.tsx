import { Link } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, queries, type Schemas } from "@/api/client";
import { isAdmin, useMe } from "@/api/session";
import { Row } from "@/screens/discover/Discover";
import { Continue, ON_DECK } from "@/screens/home/Continue";
import { NowPlaying } from "@/screens/home/NowPlaying";
import { Trouble } from "@/screens/home/Trouble";
import { Waiting } from "@/screens/home/Waiting";
import { Welcome } from "@/screens/home/Welcome";
import { Progress } from "@/screens/requests/Progress";
import { useDownload } from "@/screens/requests/RequestRow";
import { buttonLook } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { LibraryItem } from "@/ui/LibraryItem";
import { useTitle } from "@/ui/Page";
import { Poster } from "@/ui/Poster";
import { Shelf } from "@/ui/Shelf";
import { Status } from "@/ui/Status";
import { CARD } from "@/ui/TitleCard";

/** What moves, what is new, what to go on with. Each part stands or falls by itself. */
export function Home() {
  const { t } = useTranslation();
  const me = useMe();
  const stats = api.useQuery("get", "/api/v1/dashboard/stats");
  // Far below on a phone: it is drawn once what is above can be seen.
  const whole = useDeferredValue(true, false);
  // What Plex says too late to be drawn with the rest comes last, where it pushes nothing away.
  const [plexInTime] = useState(() => Boolean(queries.getQueryData<Schemas["OnDeck"]>(ON_DECK.queryKey)?.items.length));
  useTitle("");
  const { moved, recentlyAdded, requests, household } = stats.data ?? {};
  const isNew = requests?.data?.total === 0;
  return (
    <div className="flex flex-col gap-10">
      <h1 className="sr-only">{t("place.home")}</h1>
      <Trouble />
      {isNew && <Welcome name={me.name} />}
      {stats.isError && !stats.data && <Failure error={stats.error} retry={() => void stats.refetch()} />}
      {household && <Waiting part={household.waiting} />}
      {!isNew && (stats.isPending || stats.data) && (
        <Shelf title={t("home.moving")} part={moved} loading={stats.isPending} empty={t("home.nothingAsked")} more={<ToAll />}>
          {moved?.data?.items.map((request) => (
            <Moving key={request.id} request={request} />
          ))}
        </Shelf>
      )}
      {plexInTime && <Continue />}
      {isAdmin(me) && <NowPlaying />}
      {(stats.isPending || stats.data) && (
        <Shelf title={t("home.new")} part={recentlyAdded} loading={stats.isPending} empty={t("home.nothingNew")}>
          {recentlyAdded?.data?.latest.map((item) => (
            <LibraryItem key={item.ratingKey} item={item} className={CARD} />
          ))}
        </Shelf>
      )}
      {whole && <Row shelf="trending" />}
      {!plexInTime && <Continue />}
    </div>
  );
}

function ToAll() {
  const { t } = useTranslation();
  return (
    <Link to="/requests" search={{ whose: "mine" }} preload="intent" className={buttonLook("link", "-my-2 px-2")}>
      {t("home.allRequests")}
    </Link>
  );
}

function Moving({ request }: { request: Schemas["MediaRequest"] }) {
  const download = useDownload(request);
  return (
    <div className={CARD}>
      <Link to="/requests/$id" params={{ id: request.id }} preload="intent" className="block">
        <Poster src={request.posterUrl} title={request.title} />
        <p className="mt-1 truncate font-medium">{request.title}</p>
        <span className="flex h-5">
          <Status of={request.status} className="max-w-full truncate" />
        </span>
      </Link>
      {download && <Progress download={download} className="mt-1" />}
    </div>
  );
}
