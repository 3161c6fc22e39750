import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { useNoticeWords } from "@/i18n/notices";
import { Badge, type Tone } from "@/ui/Badge";
import { Failure } from "@/ui/Failure";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";

type Line = Schemas["PreviewLine"];

const TONES: Record<Line["outcome"], Tone> = { now: "good", later: "calm", not: "soft" };

/** What would become of such a notification if it came up right now. */
export function Preview({ meaning, close }: { meaning: Schemas["TypeMeaning"]; close: () => void }) {
  const { t } = useTranslation();
  const words = useNoticeWords();
  const preview = api.useQuery("get", "/api/v1/notifications/preferences/preview", { params: { query: { type: meaning.type } } }, { staleTime: 0 });
  return (
    <Sheet title={words(meaning).title} open setOpen={(open) => !open && close()}>
      <p className="text-soft">{words(meaning).meaning}</p>
      <p className="font-medium">{t("prefs.previewNow")}</p>
      {preview.isError && <Failure error={preview.error} retry={() => void preview.refetch()} />}
      {preview.isPending && <Skeleton className="h-24" />}
      <ul className="divide-y divide-line">
        {preview.data?.lines.map((each) => (
          <Place key={each.channelId ?? "inbox"} line={each} urgent={meaning.urgent} />
        ))}
      </ul>
    </Sheet>
  );
}

function Place({ line, urgent }: { line: Line; urgent: boolean }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const reason = line.reason && t(`delivery.reason.${line.reason}`);
  const held = line.heldFor && line.dueAt && `${t(`delivery.held.${line.heldFor}`)} ${t("delivery.due", { when: moment(line.dueAt) })}`;
  return (
    <li className="flex flex-col gap-1 py-3">
      <span className="flex flex-wrap justify-between gap-2">
        <span className="font-medium break-words">{line.channelId ? line.name : t("channels.inbox")}</span>
        <Badge tone={TONES[line.outcome]}>{t(`prefs.outcome.${line.outcome}`)}</Badge>
      </span>
      {(reason ?? held) && <span className="text-sm text-soft">{reason ?? held}</span>}
      {line.outcome === "now" && line.channelId && urgent && <span className="text-sm text-soft">{t("prefs.urgent")}</span>}
    </li>
  );
}
