import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, http } from "@/api/client";
import { outdated } from "@/api/outdated";
import { DownloadList } from "@/screens/youtube/Downloads";
import { Skipped } from "@/screens/youtube/Skipped";
import { BatchState } from "@/screens/youtube/Standing";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const route = getRouteApi("/in/youtube/batches/$id");
const PATH = "/api/v1/youtube/batches/{id}";

/** A playlist or channel that somebody downloads as a whole. */
export function Batch() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const { id } = route.useParams();
  const batch = api.useQuery("get", PATH, { params: { path: { id } } });
  const retrying = api.useMutation("post", "/api/v1/youtube/downloads/retry-failed", {
    onSuccess: () => outdated("/api/v1/youtube/"),
    onError: () => tell({ title: t("youtube.didNotWork") }),
  });
  if (batch.isError && !batch.data) return <Failure error={batch.error} retry={() => void batch.refetch()} />;
  if (batch.isPending) return <Skeleton className="h-40" />;
  const known = batch.data;
  const goesOn = known.status === "queued" || known.status === "indexing" || (known.status !== "cancelled" && known.ready + known.failed < known.made);
  return (
    <Page
      title={known.title ?? known.url}
      actions={
        <>
          {known.failed > 0 && (
            <Button busy={retrying.isPending} onClick={() => retrying.mutate({ body: { batchId: id, everyone: false } })}>
              {t("youtube.retryAll")}
            </Button>
          )}
          {goesOn && (
            <Confirm
              title={t("youtube.cancelBatch")}
              act={t("youtube.do.cancel")}
              trigger={<Button look="danger">{t("youtube.do.cancel")}</Button>}
              onConfirm={async () => {
                await http.DELETE(PATH, { params: { path: { id } } });
                await outdated("/api/v1/youtube/");
              }}
            >
              {t("youtube.cancelBatchWhy")}
            </Confirm>
          )}
        </>
      }
    >
      <Link to="/youtube" preload="intent" className="-mt-3 inline-flex min-h-11 items-center gap-2 self-start text-soft hover:text-ink">
        <ArrowLeft aria-hidden className="size-5" /> {t("youtube.downloads")}
      </Link>
      <BatchState batch={known} />
      <Skipped skipped={known.skipped ?? {}} />
      <DownloadList query={{ batchId: id }} />
    </Page>
  );
}
