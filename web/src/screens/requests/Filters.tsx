import { getRouteApi } from "@tanstack/react-router";
import clsx from "clsx";
import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { isAdmin, useMe } from "@/api/session";
import { countOf, SORTS, STATUSES, TYPES, WHOSE, type Filter } from "@/screens/requests/filter";
import { Button } from "@/ui/Button";
import { Choices } from "@/ui/Choices";
import { Select } from "@/ui/Select";
import { useSought } from "@/ui/useSought";

const route = getRouteApi("/in/requests");

/** What the list shows; the address says it, so that it can be gone back to and passed on. */
export function Filters({ filter, whose }: { filter: Filter; whose: (typeof WHOSE)[number] }) {
  const { t } = useTranslation();
  const admin = isAdmin(useMe());
  const navigate = route.useNavigate();
  const [open, setOpen] = useState(Boolean(filter.type ?? filter.sort));
  const counts = api.useQuery("get", "/api/v1/media/requests/counts");
  const counted = admin ? whose === "all" : whose === "mine";
  const set = (part: { [K in keyof Filter]: Filter[K] | undefined }) =>
    void navigate({ search: (now) => ({ ...now, ...part }), replace: true });
  const shown = counted && !filter.type && !filter.q ? counts.data : undefined;
  const statuses = [
    { value: "all" as const, label: t("requests.all"), count: shown?.total },
    ...STATUSES.map((value) => ({ value, label: t(`status.${value}`), count: countOf(shown, value) })),
    ...(admin ? [{ value: "stuck" as const, label: t("requests.stuck"), count: undefined }] : []),
  ];
  return (
    <div className="flex flex-col gap-3">
      <Choices
        label={t("requests.whose")}
        options={WHOSE.filter((each) => admin || each !== "all").map((value) => ({ value, label: t(`requests.of_${value}`) }))}
        value={whose}
        choose={(next) => set({ whose: next })}
      />
      {whose !== "followed" && (
        <>
          <Choices
            label={t("requests.which")}
            options={statuses}
            value={filter.status ?? "all"}
            choose={(next) => set({ status: next === "all" ? undefined : next })}
          />
          <div className="grid grid-cols-[1fr_auto] gap-3 sm:flex sm:flex-wrap">
            <Words q={filter.q ?? ""} set={(q) => set({ q: q || undefined })} />
            <Button
              className="w-11 px-0 sm:hidden"
              aria-label={t("requests.more")}
              aria-expanded={open}
              aria-controls="further-filters"
              onClick={() => setOpen(!open)}
            >
              <SlidersHorizontal aria-hidden className="size-5" />
            </Button>
            <div id="further-filters" className={clsx("col-span-2 grid-cols-2 gap-3 sm:flex", open ? "grid" : "hidden")}>
              <Select
                quiet
                label={t("requests.type")}
                value={filter.type ?? "all"}
                options={[{ value: "all", label: t("requests.anyType") }, ...TYPES.map((value) => ({ value, label: t(`kinds.${value}`) }))]}
                choose={(next) => set({ type: next === "all" ? undefined : next })}
              />
              <Select
                quiet
                label={t("requests.sort")}
                value={filter.sort ?? "newest"}
                options={SORTS.map((value) => ({ value, label: t(`requests.sorts.${value}`) }))}
                choose={(next) => set({ sort: next === "newest" ? undefined : next })}
              />
            </div>
          </div>
        </>
      )}
    </div>
  );
}

/** What is typed is looked for once the typing pauses. */
function Words({ q, set }: { q: string; set: (q: string) => void }) {
  const { t } = useTranslation();
  const { typed, setTyped } = useSought(q, set);
  return (
    <input
      type="search"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      aria-label={t("requests.search")}
      placeholder={t("requests.search")}
      className="min-h-11 min-w-0 rounded-lg border border-line bg-raised px-3 sm:w-72"
    />
  );
}
