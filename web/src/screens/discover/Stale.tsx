import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";

/** Where the catalogue does not answer and what it said before is shown. */
export function Stale({ page }: { page: Schemas["SearchPage"] | undefined }) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  if (!page?.stale) return null;
  return <p className="mb-3 text-sm text-warn">{t("discover.stale", { when: page.staleSince ? ago(page.staleSince) : "" })}</p>;
}
