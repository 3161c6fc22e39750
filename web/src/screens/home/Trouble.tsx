import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { useFormats } from "@/i18n/formats";

const DOWN = new Set(["down", "auth"]);

/** Only when something is down: then it is the first thing people want to know. */
export function Trouble() {
  const { t } = useTranslation();
  const { list } = useFormats();
  const services = api.useQuery("get", "/api/v1/services/status");
  const down = services.data?.items.filter((each) => DOWN.has(each.status)) ?? [];
  if (down.length === 0) return null;
  return (
    <Link to="/services" preload="intent" className="flex items-center gap-3 rounded-xl border border-bad bg-raised px-4 py-3 hover:bg-bad/5">
      <TriangleAlert aria-hidden className="size-5 shrink-0 text-bad" />
      <span className="min-w-0">
        <span className="block font-medium">{t("home.down", { count: down.length, names: list(down.map((each) => each.name)) })}</span>
        <span className="block text-sm text-soft">{t("home.downHint")}</span>
      </span>
    </Link>
  );
}
