import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { isAdmin, useMe } from "@/api/session";
import { FollowButton } from "@/screens/requests/FollowButton";
import { existingOf } from "@/screens/title/asking";
import { Failure } from "@/ui/Failure";

/** Why it was not asked for; where somebody was faster, the way to hear of theirs. */
export function NotAsked({ error, title }: { error: unknown; title: Schemas["Title"] }) {
  const { t } = useTranslation();
  const me = useMe();
  const existing = error instanceof Problem ? existingOf(error.extra) : null;
  const known = (title.requests ?? []).find((each) => each.id === existing?.id);
  const mayOpen = existing?.id && (isAdmin(me) || known?.mine || !existing.canFollow);
  return (
    <div className="flex flex-col gap-2">
      <Failure error={error} />
      {existing?.id && (
        <div className="flex flex-wrap items-center gap-3">
          {mayOpen && (
            <Link to="/requests/$id" params={{ id: existing.id }} className="inline-flex min-h-11 items-center text-accent underline underline-offset-2">
              {t("ask.seeIt")}
            </Link>
          )}
          {existing.canFollow && <FollowButton id={existing.id} following={known?.following ?? false} title={title.title} />}
        </div>
      )}
    </div>
  );
}
