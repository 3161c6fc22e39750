import { useMutation, useQuery } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, queries, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import { deedsOf } from "@/screens/requests/deeds";
import { ONE, read } from "@/screens/requests/decisions";
import { SeasonChoice } from "@/screens/title/SeasonChoice";
import { titleOf } from "@/screens/title/titleOf";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { LongField } from "@/ui/LongField";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

type MediaRequest = Schemas["MediaRequest"];

/** Other seasons, another note. */
export function Edit({ request }: { request: MediaRequest }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Sheet
      title={t("requests.editOf", { title: request.title })}
      open={open}
      setOpen={setOpen}
      trigger={
        <Button>
          <Pencil aria-hidden className="size-5" />
          {t("requests.edit")}
        </Button>
      }
    >
      <Changing request={request} done={() => setOpen(false)} />
    </Sheet>
  );
}

function Changing({ request, done }: { request: MediaRequest; done: () => void }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const { editSeasons } = deedsOf(request, useMe());
  const [seasons, setSeasons] = useState<ReadonlySet<number>>(new Set(request.seasons));
  const [note, setNote] = useState(request.note ?? "");
  const same = [...seasons].sort().join() === [...request.seasons].sort().join();
  const changing = useMutation({
    mutationFn: async () =>
      (
        await http.PATCH(ONE, {
          params: { path: { id: request.id } },
          body: { note: note.trim() || null, ...(editSeasons && !same && { seasons: [...seasons].sort((a, b) => a - b) }) },
        })
      ).data!,
    onSuccess: async (changed) => {
      queries.setQueryData(["get", ONE, { params: { path: { id: request.id } } }], changed);
      tell({ title: t("requests.edited", { title: request.title }) });
      done();
      await read();
    },
  });
  const fields = changing.error instanceof Problem ? changing.error.fields : {};
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        changing.mutate();
      }}
    >
      {editSeasons && <OtherSeasons request={request} chosen={seasons} choose={setSeasons} />}
      <LongField
        label={t("ask.note")}
        wrong={fields["note"]}
        rows={2}
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      {changing.isError && <Failure error={changing.error} />}
      <div className="flex gap-3">
        <Button look="main" type="submit" busy={changing.isPending} disabled={editSeasons && seasons.size === 0} className="flex-1">
          {t("requests.save")}
        </Button>
        <Button onClick={done}>{t("cancel")}</Button>
      </div>
    </form>
  );
}

interface OtherSeasonsProps {
  request: MediaRequest;
  chosen: ReadonlySet<number>;
  choose: (seasons: Set<number>) => void;
}

/** Its own, and those that nobody else has asked for. */
function OtherSeasons({ request, chosen, choose }: OtherSeasonsProps) {
  const title = useQuery(titleOf(request.mediaType, request.tmdbId));
  const options = api.useQuery("get", "/api/v1/media/options/{media_type}/{tmdb_id}", {
    params: { path: { media_type: request.mediaType, tmdb_id: request.tmdbId } },
  });
  const failed = [title, options].find((each) => each.isError && !each.data);
  if (failed) return <Failure error={failed.error} />;
  if (!title.data || !options.data) return <Skeleton className="h-40" />;
  const open = [...new Set([...request.seasons, ...options.data[request.is4k ? "fourK" : "standard"].seasons])];
  return <SeasonChoice title={title.data} options={options.data} open={open} chosen={chosen} choose={choose} />;
}
