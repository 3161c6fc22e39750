import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { isAdmin, useMe } from "@/api/session";
import { useLiveStates } from "@/live/Live";
import { FollowButton } from "@/screens/requests/FollowButton";
import { Progress } from "@/screens/requests/Progress";
import { Status } from "@/ui/Status";

/** Who waits for it. Names are there as far as the household shows them. */
export function Asked({ title }: { title: Schemas["Title"] }) {
  const { t } = useTranslation();
  const me = useMe();
  const moving = useLiveStates("media.request.progress");
  const requests = title.requests ?? [];
  if (requests.length === 0) return null;
  return (
    <section aria-labelledby="asked">
      <h2 id="asked" className="mb-3 text-xl font-semibold">
        {t("title.asked")}
      </h2>
      <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
        {requests.map((request) => {
          const who = request.mine ? t("requests.you") : (request.requestedBy ?? t("title.somebody"));
          const download = moving.find((each) => each.requestId === request.id)?.download;
          return (
            <li key={request.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2">
              <div className="min-w-0 flex-1">
                {request.mine || isAdmin(me) ? (
                  <Link
                    to="/requests/$id"
                    params={{ id: request.id }}
                    preload="intent"
                    className="inline-flex min-h-11 items-center font-medium underline-offset-2 hover:underline"
                  >
                    {who}
                  </Link>
                ) : (
                  <span className="inline-flex min-h-11 items-center font-medium">{who}</span>
                )}
                {request.is4k && <span className="text-soft"> · 4K</span>}
              </div>
              <Status of={request.status} />
              {!request.mine && <FollowButton id={request.id} following={request.following ?? false} title={title.title} />}
              {download && <Progress download={download} className="basis-full pb-2" />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
