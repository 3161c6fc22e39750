import { useTranslation } from "react-i18next";

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const LENGTHS: [string, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

const kept = new Map<string, unknown>();

/** Making one costs a hundred times what using it does, and lists ask for one in each row. */
function made<Format, Options>(Kind: new (language: string, options?: Options) => Format, language: string, options?: Options): Format {
  const key = JSON.stringify([Kind.name, language, options]);
  const known = kept.get(key) as Format | undefined;
  if (known) return known;
  const fresh = new Kind(language, options);
  kept.set(key, fresh);
  return fresh;
}

/** Dates and numbers as the person's language and this device's zone have them. */
export function useFormats() {
  const { i18n } = useTranslation();
  // As they are written where this browser is at home: English has several clocks.
  const language = navigator.languages.find((each) => each.startsWith(`${i18n.language}-`)) ?? i18n.language;
  /** Its two largest units: "2 hr 5 min". */
  const lasting = (seconds: number) => {
    let left = Math.round(seconds);
    const parts: string[] = [];
    for (const [unit, size] of LENGTHS) {
      const count = Math.floor(left / size);
      if ((count === 0 && (unit !== "second" || parts.length > 0)) || parts.length === 2) continue;
      parts.push(made(Intl.NumberFormat, language, { style: "unit", unit, unitDisplay: "short" }).format(count));
      left -= count * size;
    }
    return parts.join(" ");
  };
  return {
    day: (at: string) => made(Intl.DateTimeFormat, language, { dateStyle: "medium" }).format(new Date(at)),
    /** A plain day such as `2008-09-15`: the same one everywhere. */
    date: (day: string) => made(Intl.DateTimeFormat, language, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`)),
    moment: (at: string) => made(Intl.DateTimeFormat, language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at)),
    time: (at: string) => made(Intl.DateTimeFormat, language, { timeStyle: "short" }).format(new Date(at)),
    /** Today, yesterday, or the day with its name. */
    dayName: (at: string) => {
      const day = new Date(new Date(at).toDateString());
      const days = Math.round((day.getTime() - new Date(new Date().toDateString()).getTime()) / 86_400_000);
      if (days <= 0 && days >= -1) {
        const name = made(Intl.RelativeTimeFormat, language, { numeric: "auto" }).format(days, "day");
        return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
      }
      const year = day.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
      return made(Intl.DateTimeFormat, language, { weekday: "long", day: "numeric", month: "long", year }).format(day);
    },
    ago: (at: string) => {
      const seconds = (Date.parse(at) - Date.now()) / 1000;
      const [unit, size] = STEPS.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
      return made(Intl.RelativeTimeFormat, language, { numeric: "auto" }).format(Math.round(seconds / size), unit);
    },
    number: (value: number) => made(Intl.NumberFormat, language).format(value),
    lasting,
    /** How long it has been so. */
    lastingSince: (at: string) => lasting(Math.max(1, (Date.now() - Date.parse(at)) / 1000)),
    milliseconds: (value: number) =>
      made(Intl.NumberFormat, language, { style: "unit", unit: "millisecond", maximumFractionDigits: value < 10 ? 1 : 0 }).format(value),
    decimal: (value: number) => made(Intl.NumberFormat, language, { maximumFractionDigits: 1 }).format(value),
    percent: (share: number) =>
      made(Intl.NumberFormat, language, { style: "percent", maximumFractionDigits: share > 0.999 && share < 1 ? 2 : 1 }).format(share),
    list: (items: readonly string[]) => made(Intl.ListFormat, language, { type: "conjunction" }).format(items),
    bytes: (value: number) => {
      const power = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
      const unit = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"][power]!;
      return made(Intl.NumberFormat, language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(
        value / 1000 ** power,
      );
    },
  };
}
