import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ListPlus } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { usePages } from "@/api/pages";
import { useFormats } from "@/i18n/formats";
import { useReason } from "@/screens/title/useReason";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Select } from "@/ui/Select";
import { Skeleton } from "@/ui/Skeleton";
import { Switch } from "@/ui/Switch";

const PATH = "/api/v1/media/watchlist";
type State = Schemas["WatchlistState"];
const TONES: Record<State, Tone> = { waiting: "warn", held: "warn", requested: "good", skipped: "soft", dismissed: "soft" };

/** What is put on one's watchlist at Plex is asked for here by itself. */
export function Watchlist() {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const list = api.useQuery("get", PATH, { params: { query: { limit: 1 } } });
  const setting = useMutation({
    mutationFn: async (body: Schemas["WatchlistBody"]) => await http.PUT(PATH, { body }),
    onSettled: () => outdated(PATH),
  });
  const known = list.data;
  const shown = setting.isPending ? { ...known, ...setting.variables } : known;
  return (
    <Page title={t("watchlist.title")} narrow>
      {list.isError && <Failure error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Skeleton className="h-44" />}
      {known && (
        <Panel title={t("watchlist.auto")} hint={t("watchlist.autoHint")}>
          <Switch
            label={t("watchlist.on")}
            on={shown?.enabled ?? false}
            disabled={!known.allowed}
            turn={(enabled) => setting.mutate({ enabled, shows: known.shows })}
          />
          {!known.allowed && <p className="text-sm text-soft">{t("watchlist.forbidden")}</p>}
          {shown?.enabled && (
            <Select
              label={t("watchlist.shows")}
              value={shown.shows ?? "all"}
              options={[
                { value: "all", label: t("watchlist.showsAll") },
                { value: "first", label: t("watchlist.showsFirst") },
              ]}
              choose={(shows) => setting.mutate({ enabled: true, shows })}
            />
          )}
          {setting.isError && <Failure error={setting.error} />}
          {known.problem && <p className="text-sm text-warn">{known.problem}</p>}
          {known.readAt && <p className="text-sm text-soft">{t("watchlist.read", { when: ago(known.readAt) })}</p>}
        </Panel>
      )}
      {known && (known.enabled || known.items.length > 0) && <Entries />}
    </Page>
  );
}

function Entries() {
  const { t } = useTranslation();
  const pages = usePages(
    ["get", PATH, "entries"],
    async (cursor, signal) => (await http.GET(PATH, { params: { query: { cursor, limit: 50 } }, signal })).data!,
  );
  if (pages.isError && !pages.data) return <Failure error={pages.error} retry={() => void pages.refetch()} />;
  if (pages.isPending) return <Skeleton className="h-40" />;
  if (pages.items.length === 0)
    return (
      <Empty icon={ListPlus} title={t("watchlist.nothing")}>
        {t("watchlist.nothingHint")}
      </Empty>
    );
  return (
    <section aria-labelledby="entries">
      <h2 id="entries" className="mb-3 text-xl font-semibold">
        {t("watchlist.entries")}
      </h2>
      <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
        {pages.items.map((entry) => (
          <Entry key={entry.ratingKey} entry={entry} />
        ))}
      </ul>
      <More pages={pages} />
    </section>
  );
}

function Entry({ entry }: { entry: Schemas["WatchlistEntry"] }) {
  const { t } = useTranslation();
  const reason = useReason();
  const name = [entry.title, entry.year && `(${entry.year})`].filter(Boolean).join(" ");
  const remove = async () => {
    await http.DELETE("/api/v1/media/watchlist/{rating_key}", { params: { path: { rating_key: entry.ratingKey } } });
    await outdated(PATH);
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2">
      <div className="min-w-0 flex-1">
        {entry.tmdbId ? (
          <Link
            to="/title/$type/$tmdbId"
            params={{ type: entry.mediaType, tmdbId: String(entry.tmdbId) }}
            preload="intent"
            className="inline-flex min-h-11 items-center font-medium underline-offset-2 hover:underline"
          >
            {name}
          </Link>
        ) : (
          <span className="font-medium">{name}</span>
        )}
        {entry.reason && <p className="text-sm text-soft">{reason(entry.reason)}</p>}
      </div>
      {entry.requestId ? (
        <Link to="/requests/$id" params={{ id: entry.requestId }} className="inline-flex min-h-11 items-center underline-offset-2 hover:underline">
          <Badge tone={TONES[entry.state]}>{t(`watchlist.state.${entry.state}`)}</Badge>
        </Link>
      ) : (
        <Badge tone={TONES[entry.state]}>{t(`watchlist.state.${entry.state}`)}</Badge>
      )}
      <Confirm
        title={t("watchlist.removeTitle", { title: entry.title })}
        act={t("watchlist.remove")}
        trigger={<Button look="quiet">{t("watchlist.remove")}</Button>}
        onConfirm={remove}
      >
        {t("watchlist.removeHint")}
      </Confirm>
    </li>
  );
}
