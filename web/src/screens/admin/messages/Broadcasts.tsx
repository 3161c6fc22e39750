import { Megaphone, Pin } from "lucide-react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { useFormats } from "@/i18n/formats";
import { Compose } from "@/screens/admin/messages/Compose";
import { readAgain } from "@/screens/admin/useChange";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/admin/broadcasts";

export function Broadcasts() {
  const { t } = useTranslation();
  const sent = usePages(["get", PATH], async (cursor, signal) => (await http.GET(PATH, { params: { query: { cursor } }, signal })).data!);
  return (
    <Page title={t("admin.places.broadcasts")} narrow>
      <Compose />
      <section aria-labelledby="sent" className="flex flex-col gap-3">
        <h2 id="sent" className="text-lg font-semibold">
          {t("broadcasts.sent")}
        </h2>
        {sent.isError && <Failure error={sent.error} retry={() => void sent.refetch()} />}
        {sent.isPending && <Skeleton className="h-48 rounded-xl" />}
        {sent.isSuccess && sent.items.length === 0 && (
          <Empty icon={Megaphone} title={t("broadcasts.none")}>
            {t("broadcasts.noneHint")}
          </Empty>
        )}
        {sent.items.length > 0 && (
          <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
            {sent.items.map((each) => (
              <Line key={each.id} broadcast={each} />
            ))}
          </ul>
        )}
        <More pages={sent} />
      </section>
    </Page>
  );
}

function Line({ broadcast }: { broadcast: Schemas["Broadcast"] }) {
  const { t } = useTranslation();
  const { ago, number } = useFormats();
  return (
    <li className="flex flex-wrap items-start justify-between gap-3 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex items-center gap-2 font-medium break-words">
          {broadcast.pinned && <Pin aria-label={t("broadcasts.pinned")} className="size-4 shrink-0" />}
          {broadcast.title}
        </p>
        <p className="line-clamp-3 text-sm break-words whitespace-pre-line text-soft">{broadcast.body}</p>
        <p className="text-sm text-soft">
          {broadcast.sentBy} · {ago(broadcast.createdAt)} · {t("broadcasts.read", { reached: number(broadcast.reached), read: number(broadcast.read) })}
        </p>
        <Badge tone={broadcast.state === "ended" ? "soft" : broadcast.state === "sending" ? "calm" : "good"}>{t(`broadcasts.state.${broadcast.state}`)}</Badge>
      </div>
      {broadcast.state !== "ended" && (
        <Confirm
          title={t("broadcasts.recallTitle", { title: broadcast.title })}
          act={t("broadcasts.recall")}
          trigger={<Button>{t("broadcasts.recall")}</Button>}
          onConfirm={async () => {
            await http.DELETE("/api/v1/admin/broadcasts/{id}", { params: { path: { id: broadcast.id } } });
            await readAgain([PATH]);
          }}
        >
          {t("broadcasts.recallLost")}
        </Confirm>
      )}
    </li>
  );
}
