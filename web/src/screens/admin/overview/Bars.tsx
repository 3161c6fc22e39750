import clsx from "clsx";
import { useTranslation } from "react-i18next";

import { useFormats } from "@/i18n/formats";

export interface Day {
  day: string;
  count: number;
}

/** One bar a day. Each is named for a pointer; the sum and the most are said for who does not see them. */
export function Bars({ days, label }: { days: readonly Day[]; label: string }) {
  const { t } = useTranslation();
  const { date, number } = useFormats();
  const most = Math.max(1, ...days.map((each) => each.count));
  const sum = days.reduce((total, each) => total + each.count, 0);
  return (
    <figure>
      <div
        role="img"
        aria-label={t("admin.figures.bars", { label, sum: number(sum), days: days.length, most: number(most) })}
        className="flex h-24 items-end gap-0.5"
      >
        {days.map((each) => (
          <div key={each.day} title={`${date(each.day)}: ${number(each.count)}`} className="flex h-full min-w-0 flex-1 items-end">
            <div
              className={clsx("w-full rounded-t-sm", each.count ? "min-h-1 bg-accent" : "h-px bg-line")}
              style={each.count ? { height: `${(each.count / most) * 100}%` } : undefined}
            />
          </div>
        ))}
      </div>
      {days.length > 1 && (
        <figcaption aria-hidden className="mt-1 flex justify-between text-xs text-soft">
          <span>{date(days[0]!.day)}</span>
          <span>{date(days.at(-1)!.day)}</span>
        </figcaption>
      )}
    </figure>
  );
}
