import { History, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/Button";

interface RecentProps {
  recent: string[];
  use: (asked: string) => void;
  forget: (asked: string) => void;
  forgetAll: () => void;
}

export function Recent({ recent, use, forget, forgetAll }: RecentProps) {
  const { t } = useTranslation();
  if (recent.length === 0) return null;
  return (
    <section aria-labelledby="recent">
      <div className="mb-2 flex items-center justify-between gap-3">
        <h2 id="recent" className="font-semibold">
          {t("search.recent")}
        </h2>
        <Button look="quiet" className="px-2 text-sm text-soft" onClick={forgetAll}>
          {t("search.forgetAll")}
        </Button>
      </div>
      <ul className="flex flex-wrap gap-2">
        {recent.map((each) => (
          <li key={each} className="flex max-w-full items-center rounded-full border border-line bg-raised">
            <button type="button" className="inline-flex min-h-11 min-w-0 items-center gap-2 pl-4" onClick={() => use(each)}>
              <History aria-hidden className="size-4 shrink-0 text-soft" />
              <span className="truncate">{each}</span>
            </button>
            <button
              type="button"
              aria-label={t("search.forget", { asked: each })}
              onClick={() => forget(each)}
              className="inline-flex size-11 shrink-0 items-center justify-center text-soft"
            >
              <X aria-hidden className="size-4" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
