import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { useLiveStates } from "@/live/Live";
import { Deciding } from "@/screens/requests/Deciding";
import { ranges } from "@/screens/requests/filter";
import { Progress } from "@/screens/requests/Progress";
import { Badge } from "@/ui/Badge";
import { Poster } from "@/ui/Poster";
import { Status } from "@/ui/Status";

type MediaRequest = Schemas["MediaRequest"];

/** How much of it has come, as last heard. */
export function useDownload(request: MediaRequest): Schemas["DownloadProgress"] | null {
  const live = useLiveStates("media.request.progress").find((each) => each.requestId === request.id);
  return (live ? live.download : request.download) ?? null;
}

interface RequestRowProps {
  request: MediaRequest;
  /** While several are chosen to be decided together. */
  chosen?: boolean | undefined;
  choose?: ((chosen: boolean) => void) | undefined;
}

export function RequestRow({ request, chosen, choose }: RequestRowProps) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const me = useMe();
  const download = useDownload(request);
  const facts = [
    request.requestedBy.id === me.id ? t("requests.you") : request.requestedBy.name,
    ago(request.createdAt),
    request.seasons.length > 0 && t("requests.seasons", { list: ranges(request.seasons), count: request.seasons.length }),
    request.is4k && "4K",
  ].filter(Boolean);
  return (
    <div className={clsx("flex gap-4 rounded-xl border bg-raised p-3", chosen ? "border-accent" : "border-line")}>
      {choose && (
        <label className="-m-3 flex min-w-11 items-center justify-center">
          <input
            type="checkbox"
            className="size-5 accent-accent"
            checked={chosen ?? false}
            onChange={(event) => choose(event.target.checked)}
            aria-label={t("requests.choose", { title: request.title })}
          />
        </label>
      )}
      <Link
        to="/title/$type/$tmdbId"
        params={{ type: request.mediaType, tmdbId: String(request.tmdbId) }}
        preload="intent"
        aria-label={request.title}
        className="w-16 shrink-0 self-start"
      >
        <Poster src={request.posterUrl} title="" />
      </Link>
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <Link to="/requests/$id" params={{ id: request.id }} preload="intent" className="font-medium break-words underline-offset-2 hover:underline">
          {request.title} {request.year && <span className="font-normal text-soft">({request.year})</span>}
        </Link>
        <p className="text-sm text-soft">{facts.join(" · ")}</p>
        <div className="flex flex-wrap gap-x-4" aria-live="polite">
          <Status of={request.status} />
          {request.stuckSince && <Badge tone="warn">{t("requests.stuck")}</Badge>}
        </div>
        {request.statusReason && <p className="text-sm break-words text-soft">{request.statusReason}</p>}
        {request.note && <p className="line-clamp-2 text-sm break-words italic">{t("requests.quoted", { note: request.note })}</p>}
        {download && <Progress download={download} className="mt-1" />}
        {!choose && <Deciding request={request} />}
      </div>
    </div>
  );
}
