import clsx from "clsx";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { useReason } from "@/screens/title/useReason";
import { Status } from "@/ui/Status";

/** Who moved it, when and why; the latest first. */
export function Timeline({ history }: { history: Schemas["HistoryEntry"][] }) {
  const { t } = useTranslation();
  const { moment, ago } = useFormats();
  const reason = useReason();
  if (history.length === 0) return null;
  const latest = [...history].sort((a, b) => b.at.localeCompare(a.at));
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline" className="mb-3 text-xl font-semibold">
        {t("requests.timeline")}
      </h2>
      <ol className="ml-1.5 border-l border-line">
        {latest.map((entry, place) => (
          <li key={`${entry.at}-${place}`} className="relative pb-5 pl-6">
            <span
              aria-hidden
              className={clsx("absolute top-1.5 -left-[5px] size-2.5 rounded-full", place === 0 ? "bg-accent" : "bg-soft")}
            />
            <Status of={entry.status} />
            <p className="text-sm text-soft">
              <time dateTime={entry.at} title={moment(entry.at)}>
                {ago(entry.at)}
              </time>
              {entry.actor && ` · ${entry.actor}`}
            </p>
            {entry.reason && <p className="text-sm break-words">{reason(entry.reason)}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
