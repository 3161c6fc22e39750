import { Download as Icon } from "lucide-react";
import { useEffect, useRef, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { usePages } from "@/api/pages";
import { isAdmin, useMe } from "@/api/session";
import { useLiveStates } from "@/live/Live";
import { changed, STATUSES, type Choice } from "@/screens/youtube/choice";
import { DownloadCard } from "@/screens/youtube/DownloadCard";
import { isUnderWay } from "@/screens/youtube/doings";
import { Button } from "@/ui/Button";
import { Choices } from "@/ui/Choices";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Select } from "@/ui/Select";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

type Download = Schemas["Download"];

const PATH = "/api/v1/youtube/downloads";

interface DownloadsProps {
  choice: Choice;
  change: (next: Choice) => void;
}

export function Downloads({ choice, change }: DownloadsProps) {
  const { t } = useTranslation();
  const me = useMe();
  const admin = isAdmin(me);
  const query = { mine: admin && !choice.everybody, ...(choice.status && { status: choice.status }), ...(choice.q && { q: choice.q }) };
  const search = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const q = new FormData(event.currentTarget).get("q");
    change(changed(choice, { q: typeof q === "string" && q.trim() }));
  };
  return (
    <section aria-label={t("youtube.downloads")} className="flex flex-col gap-3">
      <h2 className="text-xl font-semibold">{t("youtube.downloads")}</h2>
      <div className="flex flex-wrap items-end gap-2">
        {admin && (
          <Choices
            label={t("history.whose")}
            value={choice.everybody ? "everybody" : "mine"}
            choose={(whose) => change(changed(choice, { everybody: whose === "everybody" }))}
            options={[
              { value: "mine", label: t("history.mine") },
              { value: "everybody", label: t("history.everybody") },
            ]}
          />
        )}
        <Select
          label={t("youtube.state")}
          quiet
          value={choice.status ?? ""}
          options={[{ value: "", label: t("youtube.anyState") }, ...STATUSES.map((value) => ({ value, label: t(`download.${value}`) }))]}
          choose={(status) => change(changed(choice, { status }))}
        />
        <form role="search" onSubmit={search} className="flex min-w-40 flex-1 sm:max-w-xs">
          <input
            key={choice.q}
            type="search"
            name="q"
            aria-label={t("youtube.search")}
            placeholder={t("youtube.search")}
            defaultValue={choice.q}
            className="min-h-11 w-full rounded-lg border border-line bg-raised px-3"
          />
        </form>
        <RetryAll everyone={choice.everybody === true} />
      </div>
      <DownloadList query={query} narrowed={!!(choice.status ?? choice.q)} clear={() => change({})} />
    </section>
  );
}

type Query = { mine?: boolean; status?: Schemas["DownloadStatus"]; q?: string; batchId?: string; subscriptionId?: string };

/** Downloads as they go on; what ends or begins while one looks is read again. */
export function DownloadList({ query, narrowed = false, clear }: { query: Query; narrowed?: boolean; clear?: () => void }) {
  const { t } = useTranslation();
  const pages = usePages<Download>(
    ["get", PATH, query],
    async (cursor, signal) => (await http.GET(PATH, { params: { query: { ...query, limit: 30, cursor } }, signal })).data!,
  );
  useEnds(pages.items);
  if (pages.isError && !pages.data) return <Failure error={pages.error} retry={() => void pages.refetch()} />;
  if (pages.data && pages.items.length === 0)
    return (
      <Empty icon={Icon} title={t(narrowed ? "youtube.noneLike" : "youtube.none")}>
        {narrowed && clear ? (
          <Button onClick={clear}>{t("library.clear")}</Button>
        ) : (
          t("youtube.noneWhy")
        )}
      </Empty>
    );
  return (
    <>
      <ul className="grid gap-3 xl:grid-cols-2">
        {pages.isPending && Array.from({ length: 4 }, (_, place) => <Skeleton key={place} className="h-28" />)}
        {pages.items.map((each) => (
          <DownloadCard key={each.id} download={each} />
        ))}
      </ul>
      <More pages={pages} />
    </>
  );
}

/** What has ended says more than what is told while it goes on: where it is, why it failed. */
function useEnds(items: Download[]) {
  const live = useLiveStates("download.progress");
  const read = useRef(new Set<string>());
  useEffect(() => {
    const known = new Map(items.map((each) => [each.id, each.status]));
    const ended = live.filter((each) => {
      const before = known.get(each.downloadId);
      return before !== undefined && isUnderWay(before) !== isUnderWay(each.status) && !read.current.has(`${each.downloadId}${each.status}`);
    });
    if (ended.length === 0) return;
    for (const each of ended) read.current.add(`${each.downloadId}${each.status}`);
    void outdated("/api/v1/youtube/");
  }, [live, items]);
}

function RetryAll({ everyone }: { everyone: boolean }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const failed = api.useQuery("get", PATH, { params: { query: { status: "failed", mine: !everyone, limit: 1 } } });
  const retrying = api.useMutation("post", "/api/v1/youtube/downloads/retry-failed", {
    onSuccess: async () => {
      tell({ title: t("youtube.retryingAll") });
      await outdated("/api/v1/youtube/");
    },
    onError: () => tell({ title: t("youtube.didNotWork") }),
  });
  if (!failed.data?.items.length) return null;
  return (
    <Button busy={retrying.isPending} onClick={() => retrying.mutate({ body: { everyone } })}>
      {t("youtube.retryAll")}
    </Button>
  );
}
