import { useQuery } from "@tanstack/react-query";
import { Bell, BellOff, CirclePlay, EllipsisVertical, Flag, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { ReportIssue } from "@/screens/issues/ReportIssue";
import { AskFor } from "@/screens/title/AskFor";
import { placeOf } from "@/screens/title/titleOf";
import { useMute } from "@/screens/title/useMute";
import { Button, buttonLook } from "@/ui/Button";
import { Menu, MenuItem } from "@/ui/Menu";
import { Skeleton } from "@/ui/Skeleton";

/** What can be done with a title, the most wanted first. */
export function Actions({ title }: { title: Schemas["Title"] }) {
  const { t } = useTranslation();
  const [reporting, setReporting] = useState(false);
  const mute = useMute(title);
  const trailer = title.trailers?.[0];
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-3">
      <Watch places={title.inLibrary ?? []} />
      <AskFor title={title} />
      {trailer && (
        <a
          href={`https://www.youtube.com/watch?v=${encodeURIComponent(trailer.youtubeKey)}`}
          target="_blank"
          rel="noreferrer"
          // On a phone it would leave the menu a line of its own, where nobody looks for it.
          className={buttonLook("plain", "max-sm:order-last max-sm:grow")}
        >
          <CirclePlay aria-hidden className="size-5" />
          {t("title.trailer")}
        </a>
      )}
      <Menu
        trigger={
          <Button look="quiet" aria-label={t("title.further")} className="w-11 px-0">
            <EllipsisVertical aria-hidden className="size-5" />
          </Button>
        }
      >
        <MenuItem act={() => setReporting(true)}>
          <Flag aria-hidden className="size-5" />
          {t("issues.report")}
        </MenuItem>
        <MenuItem act={mute.toggle}>
          {mute.on ? <Bell aria-hidden className="size-5" /> : <BellOff aria-hidden className="size-5" />}
          {mute.on ? t("title.unmute") : t("title.mute")}
        </MenuItem>
      </Menu>
      <ReportIssue title={title} open={reporting} setOpen={setReporting} />
    </div>
  );
}

/** In the app of Plex, or its page. */
function Watch({ places }: { places: Schemas["LibraryPlace"][] }) {
  const { t } = useTranslation();
  const first = places[0];
  const item = useQuery({ ...placeOf(first?.ratingKey ?? ""), enabled: first !== undefined });
  if (!first) return null;
  if (!item.data?.plexUrl) return item.isPending ? <Skeleton className="h-11 min-w-40 grow sm:grow-0" /> : null;
  return (
    <a href={item.data.plexUrl} target="_blank" rel="noreferrer" className={buttonLook("main", "min-w-40 grow sm:grow-0")}>
      <Play aria-hidden className="size-5" />
      {t("item.watch")}
    </a>
  );
}
