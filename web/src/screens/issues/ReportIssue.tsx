import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { Problem } from "@/api/problem";
import { Button } from "@/ui/Button";
import { Choices } from "@/ui/Choices";
import { Failure } from "@/ui/Failure";
import { LongField } from "@/ui/LongField";
import { Select } from "@/ui/Select";
import { Sheet } from "@/ui/Sheet";
import { useToasts } from "@/ui/Toasts";

const KINDS = ["video", "audio", "subtitle", "other"] as const;
type Kind = (typeof KINDS)[number];

interface ReportIssueProps {
  title: Schemas["Title"];
  open: boolean;
  setOpen: (open: boolean) => void;
}

/** Says that something is wrong with a film or a show, to whoever can mend it. */
export function ReportIssue({ title, open, setOpen }: ReportIssueProps) {
  const { t } = useTranslation();
  return (
    <Sheet title={t("issues.reportOf", { title: title.title })} open={open} setOpen={setOpen}>
      <Report title={title} done={() => setOpen(false)} />
    </Sheet>
  );
}

function Report({ title, done }: { title: Schemas["Title"]; done: () => void }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const [kind, setKind] = useState<Kind>("video");
  const [season, setSeason] = useState("");
  const [episode, setEpisode] = useState("");
  const [message, setMessage] = useState("");
  const seasons = (title.seasons ?? []).filter((each) => each.episodeCount > 0);
  const episodes = seasons.find((each) => String(each.number) === season)?.episodeCount ?? 0;
  const reporting = useMutation({
    mutationFn: async () =>
      (
        await http.POST("/api/v1/media/issues", {
          body: {
            mediaType: title.mediaType,
            tmdbId: title.tmdbId,
            kind,
            message: message.trim(),
            ...(season && { season: Number(season) }),
            ...(season && episode && { episode: Number(episode) }),
          },
        })
      ).data!,
    onSuccess: (issue) => {
      void outdated("/api/v1/media/issues");
      tell({ title: t("issues.reported"), link: `/issues/${issue.id}` });
      done();
    },
  });
  const fields = reporting.error instanceof Problem ? reporting.error.fields : {};
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        reporting.mutate();
      }}
    >
      <Choices<Kind>
        label={t("issues.kind")}
        options={KINDS.map((value) => ({ value, label: t(`issues.kinds.${value}`) }))}
        value={kind}
        choose={setKind}
      />
      {seasons.length > 0 && (
        <div className="grid grid-cols-2 gap-3">
          <Select
            label={t("issues.season")}
            value={season}
            options={[{ value: "", label: t("issues.whole") }, ...seasons.map((each) => ({ value: String(each.number), label: each.name }))]}
            choose={(next) => {
              setSeason(next);
              setEpisode("");
            }}
          />
          <Select
            label={t("issues.episode")}
            value={episode}
            disabled={!season}
            options={[
              { value: "", label: t("issues.allEpisodes") },
              ...Array.from({ length: episodes }, (_, place) => ({ value: String(place + 1), label: String(place + 1) })),
            ]}
            choose={setEpisode}
          />
        </div>
      )}
      <LongField
        label={t("issues.what")}
        hint={t("issues.whatHint")}
        wrong={fields["message"]}
        rows={3}
        maxLength={1000}
        required
        value={message}
        onChange={(event) => setMessage(event.target.value)}
      />
      {reporting.isError && <Failure error={reporting.error} />}
      <div className="flex gap-3">
        <Button look="main" type="submit" busy={reporting.isPending} disabled={!message.trim()} className="flex-1">
          {t("issues.send")}
        </Button>
        <Button onClick={done}>{t("cancel")}</Button>
      </div>
    </form>
  );
}
