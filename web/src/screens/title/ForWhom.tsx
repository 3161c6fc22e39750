import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useMe } from "@/api/session";
import type { Wish } from "@/screens/title/asking";
import { Check } from "@/ui/Check";
import { Select } from "@/ui/Select";

interface ForWhomProps {
  wish: Wish;
  change: (part: Partial<Wish>) => void;
  preselected: NonNullable<Schemas["QualityOptions"]["preselected"]> | null;
}

/** Administrators ask for others, too, and see where it will go. */
export function ForWhom({ wish, change, preselected }: ForWhomProps) {
  const { t } = useTranslation();
  const me = useMe();
  const people = api.useQuery("get", "/api/v1/admin/users", { params: { query: { status: "active", limit: 100 } } });
  const others = people.data?.items.filter((each) => each.id !== me.id) ?? [];
  const places = preselected ? [preselected.server, preselected.rootFolder].filter(Boolean) : [];
  return (
    <div className="flex flex-col gap-1">
      {others.length > 0 && (
        <Select
          label={t("ask.forWhom")}
          value={wish.userId}
          options={[{ value: "", label: t("ask.forMe") }, ...others.map((each) => ({ value: each.id, label: each.name }))]}
          choose={(userId) => change({ userId })}
        />
      )}
      {wish.userId && (
        <Check checked={wish.usesQuota} onChange={(event) => change({ usesQuota: event.target.checked })}>
          {t("ask.usesQuota")}
        </Check>
      )}
      {places.length > 0 && <p className="text-sm text-soft">{t("ask.goesTo", { place: places.join(" · ") })}</p>}
    </div>
  );
}
