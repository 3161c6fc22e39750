import { Link, getRouteApi } from "@tanstack/react-router";
import { BellOff, CheckCheck, Pin, Settings2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http } from "@/api/client";
import { usePages } from "@/api/pages";
import { useFormats } from "@/i18n/formats";
import { useNoticeWords } from "@/i18n/notices";
import { again, apart, byDay, PATH, patch, send, withAllRead, type NoticeType, type Show } from "@/screens/inbox/inbox";
import { Notice } from "@/screens/inbox/Notice";
import { useInPlace } from "@/screens/inbox/useInPlace";
import { Button } from "@/ui/Button";
import { Choices } from "@/ui/Choices";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Select } from "@/ui/Select";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const route = getRouteApi("/in/notifications");
const SHOWS: Show[] = ["all", "unread", "pinned"];
const AT_ONCE = 30;

export function Inbox() {
  const { t } = useTranslation();
  const { dayName } = useFormats();
  const { tell } = useToasts();
  const { show = "all", type } = route.useSearch();
  const navigate = route.useNavigate();
  const count = api.useQuery("get", "/api/v1/notifications/count");
  const query = {
    ...(show === "unread" && { unread: true }),
    ...(show === "pinned" && { pinned: true }),
    ...(type && { type: type as NoticeType }),
    limit: AT_ONCE,
  };
  const pages = usePages(["get", PATH, { params: { query } }], async (cursor, signal) =>
    (await http.GET(PATH, { params: { query: { ...query, cursor } }, signal })).data!,
  );
  const [away, setAway] = useState<ReadonlySet<string>>(new Set());
  const here = pages.items.filter((each) => !away.has(each.id));
  const { upTo, goUp } = useInPlace(here[0]?.seq ?? null, `${show} ${type ?? ""}`);
  const { shown, waiting } = apart(here, upTo);
  const newest = shown[0];
  const readAll = async () => {
    const last = Math.max(newest?.seq ?? 0, upTo ?? count.data?.head ?? 0);
    patch((known) => withAllRead(known, last, new Date().toISOString()));
    try {
      await send.readAll(last);
    } catch {
      tell({ title: t("inbox.refused") });
    }
    again();
  };
  const hide = (id: string, hidden: boolean) =>
    setAway((now) => {
      const next = new Set(now);
      if (hidden) next.add(id);
      else next.delete(id);
      return next;
    });
  return (
    <Page
      narrow
      title={t("notifications")}
      actions={
        <>
          {(count.data?.unread ?? 0) > 0 && (
            <Button onClick={() => void readAll()}>
              <CheckCheck aria-hidden className="size-5" />
              {t("inbox.readAll")}
            </Button>
          )}
          <Link
            to="/account/notifications"
            preload="intent"
            className="inline-flex min-h-11 items-center gap-2 rounded-lg px-3 font-medium hover:bg-line/50"
          >
            <Settings2 aria-hidden className="size-5" />
            <span className="sr-only sm:not-sr-only">{t("inbox.settings")}</span>
          </Link>
        </>
      }
    >
      <div className="flex flex-col gap-3 sm:flex-row sm:items-center sm:justify-between">
        <Choices
          label={t("inbox.which")}
          value={show}
          choose={(next) => void navigate({ search: (now) => withoutEmpty({ ...now, show: next === "all" ? undefined : next }) })}
          options={SHOWS.map((value) => ({
            value,
            label: t(`inbox.show.${value}`),
            count: value === "unread" ? count.data?.unread : undefined,
          }))}
        />
        <TypeFilter type={type} choose={(next) => void navigate({ search: (now) => withoutEmpty({ ...now, type: next || undefined }) })} />
      </div>
      {waiting > 0 && (
        <div className="sticky top-16 z-10 flex justify-center" role="status">
          <Button look="main" className="shadow-lg" onClick={goUp}>
            {t("inbox.waiting", { count: waiting })}
          </Button>
        </div>
      )}
      {pages.isError && <Failure error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending && <Waiting />}
      {pages.isSuccess && shown.length === 0 && <Nothing show={show} filtered={type !== undefined} />}
      {byDay(shown).map((day) => (
        <section key={new Date(day.at).toDateString()} className="flex flex-col gap-2">
          <h2 className="text-sm font-semibold text-soft">{dayName(day.at)}</h2>
          <ul className="divide-y divide-line overflow-clip rounded-xl border border-line bg-raised">
            {day.notices.map((each) => (
              <Notice key={each.id} notice={each} hide={hide} />
            ))}
          </ul>
        </section>
      ))}
      <More pages={pages} />
    </Page>
  );
}

function withoutEmpty(asked: { show?: "unread" | "pinned" | undefined; type?: string | undefined }): { show?: "unread" | "pinned"; type?: string } {
  return { ...(asked.show && { show: asked.show }), ...(asked.type && { type: asked.type }) };
}

function TypeFilter({ type, choose }: { type: string | undefined; choose: (type: string) => void }) {
  const { t } = useTranslation();
  const words = useNoticeWords();
  const types = api.useQuery("get", "/api/v1/notifications/types", {}, { staleTime: Infinity });
  const options = (types.data?.items ?? []).map((each) => ({ value: each.type, label: words(each).title }));
  return (
    <Select
      label={t("inbox.type")}
      quiet
      value={type ?? ""}
      choose={choose}
      options={[{ value: "", label: t("inbox.everyType") }, ...options.sort((one, other) => one.label.localeCompare(other.label))]}
    />
  );
}

function Waiting() {
  return (
    <div className="flex flex-col gap-2">
      <Skeleton className="h-5 w-24" />
      <div className="divide-y divide-line rounded-xl border border-line bg-raised">
        {Array.from({ length: 6 }, (_, place) => (
          <div key={place} className="flex gap-3 p-4">
            <Skeleton className="size-10 shrink-0 rounded-full" />
            <div className="flex flex-1 flex-col gap-2">
              <Skeleton className="h-5 w-2/3" />
              <Skeleton className="h-4 w-full" />
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}

function Nothing({ show, filtered }: { show: Show; filtered: boolean }) {
  const { t } = useTranslation();
  if (filtered) return <Empty icon={BellOff} title={t("inbox.none.type")} />;
  const icon = { all: BellOff, unread: CheckCheck, pinned: Pin }[show];
  return (
    <Empty icon={icon} title={t(`inbox.none.${show}`)}>
      {t(`inbox.noneHint.${show}`)}
    </Empty>
  );
}
