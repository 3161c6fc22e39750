import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { Deciding } from "@/screens/requests/Deciding";
import { deedsOf } from "@/screens/requests/deeds";
import { ONE } from "@/screens/requests/decisions";
import { Edit } from "@/screens/requests/Edit";
import { ranges } from "@/screens/requests/filter";
import { FollowButton } from "@/screens/requests/FollowButton";
import { Further } from "@/screens/requests/Further";
import { Progress } from "@/screens/requests/Progress";
import { useDownload } from "@/screens/requests/RequestRow";
import { Timeline } from "@/screens/requests/Timeline";
import { titleOf } from "@/screens/title/titleOf";
import { Badge } from "@/ui/Badge";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Poster } from "@/ui/Poster";
import { Skeleton } from "@/ui/Skeleton";
import { Status } from "@/ui/Status";

const route = getRouteApi("/in/requests/$id");

export function Request() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const request = api.useQuery("get", ONE, { params: { path: { id } } });
  if (request.isError && !request.data) return <Failure error={request.error} retry={() => void request.refetch()} />;
  if (request.isPending)
    return (
      <Page title={t("requests.one")} narrow>
        <Skeleton className="h-44" />
        <Skeleton className="h-40" />
      </Page>
    );
  return <Known request={request.data} />;
}

function Known({ request }: { request: Schemas["MediaRequest"] }) {
  const { t } = useTranslation();
  const me = useMe();
  const download = useDownload(request);
  const deeds = deedsOf(request, me);
  const title = useQuery(titleOf(request.mediaType, request.tmdbId));
  const followed = title.data?.requests?.find((each) => each.id === request.id);
  return (
    <Page title={request.title} narrow>
      <div className="flex gap-4 sm:gap-6">
        <Link
          to="/title/$type/$tmdbId"
          params={{ type: request.mediaType, tmdbId: String(request.tmdbId) }}
          preload="intent"
          aria-label={request.title}
          className="w-28 shrink-0 sm:w-40"
        >
          <Poster src={request.posterUrl} title="" />
        </Link>
        <div className="flex min-w-0 flex-1 flex-col gap-2">
          <div className="flex flex-wrap gap-x-4 text-lg" aria-live="polite">
            <Status of={request.status} className="text-base" />
            {request.stuckSince && <Badge tone="warn">{t("requests.stuck")}</Badge>}
          </div>
          <p className="text-soft">{t(`requests.means.${request.status}`)}</p>
          {request.statusReason && <p className="break-words">{request.statusReason}</p>}
          {download && <Progress download={download} />}
          <Link
            to="/title/$type/$tmdbId"
            params={{ type: request.mediaType, tmdbId: String(request.tmdbId) }}
            preload="intent"
            className="inline-flex min-h-11 items-center self-start text-accent underline-offset-2 hover:underline"
          >
            {t("requests.toTitle")}
          </Link>
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Deciding request={request} />
        {deeds.edit && <Edit request={request} />}
        {followed && !followed.mine && <FollowButton id={request.id} following={followed.following ?? false} title={request.title} />}
        <Further request={request} />
      </div>
      <Facts request={request} />
      <Timeline history={request.history ?? []} />
    </Page>
  );
}

function Facts({ request }: { request: Schemas["MediaRequest"] }) {
  const { t } = useTranslation();
  const { moment, ago } = useFormats();
  const me = useMe();
  const facts: [string, string | null | false | undefined][] = [
    [t("requests.by"), request.requestedBy.id === me.id ? t("requests.you") : request.requestedBy.name],
    [t("requests.when"), moment(request.createdAt)],
    [t("title.seasons"), request.seasons.length > 0 && ranges(request.seasons)],
    [t("ask.quality"), request.is4k ? "4K" : t("ask.standard")],
    [t("requests.source"), request.source && request.source !== "portal" && t(`requests.sources.${request.source}`)],
    [t("ask.note"), request.note],
    [t("requests.fetchedBy"), request.fetchedBy],
    [t("requests.checked"), request.checkedAt && ago(request.checkedAt)],
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 rounded-xl border border-line bg-raised p-4">
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
    </dl>
  );
}
