import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Choosing } from "@/screens/title/Choosing";
import { optionsOf } from "@/screens/title/titleOf";
import { useReason } from "@/screens/title/useReason";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";

/** A film in one tap and a confirmation; of a show, the seasons that can still be had. */
export function AskFor({ title }: { title: Schemas["Title"] }) {
  const { t } = useTranslation();
  const reason = useReason();
  const [open, setOpen] = useState(false);
  const options = useQuery(optionsOf(title.mediaType, title.tmdbId));
  const only4k = !title.requestable && options.data?.fourK.requestable === true;
  // What has just been refused says so in the dialog, which therefore stays.
  if (!open && !title.requestable && !only4k) return title.availability === "none" && title.reason ? <p className="text-soft">{reason(title.reason)}</p> : null;
  return (
    <Sheet
      title={t("ask.title", { title: title.title })}
      open={open}
      setOpen={setOpen}
      trigger={
        <Button look={only4k || title.inLibrary?.length ? "plain" : "main"} className="grow sm:grow-0">
          <Plus aria-hidden className="size-5" />
          {only4k ? t("ask.in4k") : title.availability === "partially_available" ? t("ask.more") : t("ask.for")}
        </Button>
      }
    >
      {options.isError && <Failure error={options.error} retry={() => void options.refetch()} />}
      {options.isPending && <Skeleton className="h-40" />}
      {options.data && <Choosing title={title} options={options.data} done={() => setOpen(false)} />}
    </Sheet>
  );
}
