import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, Pencil, RefreshCw, Trash2 } from "lucide-react";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { Problem } from "@/api/problem";
import { useFormats } from "@/i18n/formats";
import { DownloadList } from "@/screens/youtube/Downloads";
import { rulesNow } from "@/screens/youtube/rules";
import { Skipped } from "@/screens/youtube/Skipped";
import { useEvery, SubscriptionForm } from "@/screens/youtube/SubscriptionForm";
import { SubscriptionState } from "@/screens/youtube/Subscriptions";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";
import { Switch } from "@/ui/Switch";
import { useToasts } from "@/ui/Toasts";

type Known = Schemas["Subscription"];

const route = getRouteApi("/in/youtube/subscriptions/$id");
const PATH = "/api/v1/youtube/subscriptions/{id}";

export function Subscription() {
  const { id } = route.useParams();
  const known = api.useQuery("get", PATH, { params: { path: { id } } });
  if (known.isError && !known.data) return <Failure error={known.error} retry={() => void known.refetch()} />;
  if (known.isPending) return <Skeleton className="h-64" />;
  return <Shown key={id} known={known.data} />;
}

function Shown({ known }: { known: Known }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const params = { path: { id: known.id } };
  const failed = (error: unknown) => tell({ title: t("youtube.didNotWork"), ...(error instanceof Problem && error.detail && { body: error.detail }) });
  const checking = api.useMutation("post", "/api/v1/youtube/subscriptions/{id}/check", {
    onSuccess: () => tell({ title: t("subscription.checking") }),
    onError: failed,
    onSettled: () => outdated("/api/v1/youtube/"),
  });
  const turning = api.useMutation("put", PATH, { onError: failed, onSettled: () => outdated("/api/v1/youtube/subscriptions") });
  const on = turning.isPending ? (turning.variables.body.enabled ?? known.enabled) : known.enabled;
  return (
    <Page
      title={known.title}
      actions={
        <>
          <Button busy={checking.isPending} onClick={() => checking.mutate({ params })}>
            <RefreshCw aria-hidden className="size-5" /> {t("subscription.check")}
          </Button>
          <Edit known={known} />
          <Leave known={known} />
        </>
      }
    >
      <Link to="/youtube/subscriptions" preload="intent" className="-mt-3 inline-flex min-h-11 items-center gap-2 self-start text-soft hover:text-ink">
        <ArrowLeft aria-hidden className="size-5" /> {t("youtube.subscriptions")}
      </Link>
      {known.failure && (
        <p role="alert" className="max-w-prose text-bad">
          {t(`failure.${known.failure.code}`, { defaultValue: known.failure.message })}
        </p>
      )}
      <Panel title={t("subscription.rules")} className="max-w-3xl">
        <Switch label={t("subscription.enabled")} hint={t("subscription.enabledHint")} on={on} turn={(enabled) => turning.mutate({ params, body: { ...rulesNow(known), enabled } })} />
        <Rules known={known} />
        <Skipped skipped={known.skipped ?? {}} />
      </Panel>
      <section aria-label={t("subscription.fetched")}>
        <h2 className="mb-3 text-xl font-semibold">{t("subscription.fetched")}</h2>
        <DownloadList query={{ subscriptionId: known.id }} />
      </section>
    </Page>
  );
}

function Rules({ known }: { known: Known }) {
  const { t } = useTranslation();
  const every = useEvery();
  const { ago, bytes, number, lasting, list } = useFormats();
  const { days, count, bytes: size } = known.retention;
  const keeps = [
    days ? t("subscription.keepsDays", { count: days }) : null,
    count ? t("subscription.keepsCount", { count, number: number(count) }) : null,
    size ? t("subscription.keepsBytes", { size: bytes(size) }) : null,
  ].filter((each): each is string => each !== null);
  const rules: [string, ReactElement | string | number | null | undefined][] = [
    [t("youtube.state"), <SubscriptionState key="s" subscription={known} />],
    [t("subscription.interval"), every(known.intervalMinutes)],
    [t("subscription.lastLook"), known.lastCheckedAt ? ago(known.lastCheckedAt) : null],
    [t("subscription.nextLook"), known.nextCheckAt && known.enabled ? ago(known.nextCheckAt) : null],
    [t("youtube.profile"), known.profile.name],
    [t("subscription.backfill"), t(`subscription.backfills.${known.backfill}`) + (known.backfillCount ? ` (${number(known.backfillCount)})` : "")],
    [t("subscription.keeps"), keeps.length ? list(keeps) : t("subscription.keepsAll")],
    [t("subscription.includes"), known.titleIncludes.join(", ")],
    [t("subscription.excludes"), known.titleExcludes.join(", ")],
    [t("subscription.min"), known.minSeconds ? lasting(known.minSeconds) : null],
    [t("subscription.max"), known.maxSeconds ? lasting(known.maxSeconds) : null],
    [t("subscription.collection"), known.collection],
    [t("youtube.size"), `${t("youtube.videos", { count: known.downloads, number: number(known.downloads) })}, ${bytes(known.size)}`],
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
      {rules
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Edit({ known }: { known: Known }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Sheet
      title={t("subscription.rules")}
      open={open}
      setOpen={setOpen}
      trigger={
        <Button>
          <Pencil aria-hidden className="size-5" /> {t("collections.edit")}
        </Button>
      }
    >
      <SubscriptionForm known={known} done={() => setOpen(false)} />
    </Sheet>
  );
}

function Leave({ known }: { known: Known }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [files, setFiles] = useState(false);
  return (
    <Confirm
      title={t("subscription.leave")}
      act={t("subscription.leave")}
      trigger={
        <Button look="quiet" className="px-3" aria-label={t("subscription.leave")}>
          <Trash2 aria-hidden className="size-5" />
        </Button>
      }
      onConfirm={async () => {
        await http.DELETE(PATH, { params: { path: { id: known.id }, query: { files } } });
        await navigate({ to: "/youtube/subscriptions" });
        await outdated("/api/v1/youtube/");
      }}
    >
      <p>{t("subscription.leaveWhy", { title: known.title })}</p>
      <Check checked={files} onChange={(event) => setFiles(event.target.checked)}>
        {t("subscription.withFiles")}
      </Check>
    </Confirm>
  );
}
