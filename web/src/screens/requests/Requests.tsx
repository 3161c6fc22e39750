import { getRouteApi, Link } from "@tanstack/react-router";
import { Clapperboard, EllipsisVertical, Flag, ListPlus, SquareCheckBig } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { usePages } from "@/api/pages";
import { isAdmin, useMe } from "@/api/session";
import { Bulk } from "@/screens/requests/Bulk";
import { LIST } from "@/screens/requests/decisions";
import { queryOf, type Filter, type WHOSE } from "@/screens/requests/filter";
import { Filters } from "@/screens/requests/Filters";
import { RequestRow } from "@/screens/requests/RequestRow";
import { Button, buttonLook } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Menu, MenuItem } from "@/ui/Menu";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const route = getRouteApi("/in/requests");
const FOLLOWED = "/api/v1/media/requests/followed";

export function Requests() {
  const { t } = useTranslation();
  const admin = isAdmin(useMe());
  const filter = route.useSearch();
  const whose = filter.whose ?? (admin ? "all" : "mine");
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null);
  const pages = useRequests(filter, whose);
  const choose = (id: string, on: boolean) =>
    setChosen((now) => {
      const next = new Set(now);
      if (on) next.add(id);
      else next.delete(id);
      return next;
    });
  return (
    <Page
      title={t("place.requests")}
      actions={
        <Further
          select={admin && whose !== "followed" ? () => setChosen(chosen ? null : new Set()) : undefined}
          selecting={chosen !== null}
        />
      }
    >
      <Filters filter={filter} whose={whose} />
      {pages.isError && <Failure error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending && <Places />}
      {pages.isSuccess && pages.items.length === 0 && <Nothing filter={filter} whose={whose} />}
      <ul className="grid gap-3 xl:grid-cols-2">
        {pages.items.map((request) => (
          <li key={request.id}>
            <RequestRow
              request={request}
              chosen={chosen?.has(request.id)}
              choose={chosen && whose !== "followed" && request.status === "pending" ? (on) => choose(request.id, on) : undefined}
            />
          </li>
        ))}
      </ul>
      <More pages={pages} />
      {chosen && whose !== "followed" && <Bulk requests={pages.items} chosen={chosen} setChosen={setChosen} />}
    </Page>
  );
}

interface FurtherProps {
  select: (() => void) | undefined;
  selecting: boolean;
}

/** Side by side where there is room, behind one button on a phone. */
function Further({ select, selecting }: FurtherProps) {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  const selectWord = t(selecting ? "requests.chooseEnd" : "requests.chooseSome");
  return (
    <>
      {select && (
        <Button look="quiet" aria-pressed={selecting} onClick={select} className="max-sm:hidden">
          <SquareCheckBig aria-hidden className="size-5" />
          {selectWord}
        </Button>
      )}
      <Link to="/account/watchlist" preload="intent" className={buttonLook("quiet", "max-sm:hidden")}>
        <ListPlus aria-hidden className="size-5" />
        {t("watchlist.title")}
      </Link>
      <Link to="/issues" preload="intent" className={buttonLook("quiet", "max-sm:hidden")}>
        <Flag aria-hidden className="size-5" />
        {t("issues.title")}
      </Link>
      <Menu
        trigger={
          <Button look="quiet" aria-label={t("title.further")} className="w-11 px-0 sm:hidden">
            <EllipsisVertical aria-hidden className="size-5" />
          </Button>
        }
      >
        {select && <MenuItem act={select}>{selectWord}</MenuItem>}
        <MenuItem act={() => void navigate({ to: "/account/watchlist" })}>{t("watchlist.title")}</MenuItem>
        <MenuItem act={() => void navigate({ to: "/issues" })}>{t("issues.title")}</MenuItem>
      </Menu>
    </>
  );
}

function useRequests(filter: Filter, whose: (typeof WHOSE)[number]) {
  const query = queryOf(filter, whose);
  const followed = whose === "followed";
  return usePages(["get", followed ? FOLLOWED : LIST, followed ? null : query], async (cursor, signal) => {
    if (followed) return (await http.GET(FOLLOWED, { params: { query: { cursor, limit: 30 } }, signal })).data!;
    return (await http.GET(LIST, { params: { query: { ...query, cursor, limit: 30 } }, signal })).data!;
  });
}

function Places() {
  return (
    <div aria-hidden className="grid gap-3 xl:grid-cols-2">
      {Array.from({ length: 6 }, (_, place) => (
        <Skeleton key={place} className="h-32 rounded-xl" />
      ))}
    </div>
  );
}

/** Why the list is empty, and what to do about it. */
function Nothing({ filter, whose }: { filter: Filter; whose: (typeof WHOSE)[number] }) {
  const { t } = useTranslation();
  const narrowed = filter.status ?? filter.type ?? filter.q;
  if (narrowed && whose !== "followed")
    return (
      <Empty icon={Clapperboard} title={t("requests.noneLike")}>
        <Link from="/requests" search={filter.whose ? { whose: filter.whose } : {}} className={buttonLook()}>
          {t("requests.clear")}
        </Link>
      </Empty>
    );
  return (
    <Empty icon={Clapperboard} title={t(`requests.none.${whose}`)}>
      <p className="mb-3">{t(`requests.noneHint.${whose}`)}</p>
      <Link to="/search" search={{ q: "" }} className={buttonLook("main")}>
        {t("requests.find")}
      </Link>
    </Empty>
  );
}
