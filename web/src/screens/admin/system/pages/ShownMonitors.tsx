import { X } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Movers } from "@/screens/admin/system/monitors/Movers";
import { putAt } from "@/screens/admin/system/monitors/order";
import type { Shown } from "@/screens/admin/system/pages/draft";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { Select } from "@/ui/Select";

interface ShownMonitorsProps {
  shown: readonly Shown[];
  change: (shown: Shown[]) => void;
  monitors: readonly Schemas["Monitor"][];
}

/** What a page shows, in the order in which it shows it, with names for everybody. */
export function ShownMonitors({ shown, change, monitors }: ShownMonitorsProps) {
  const { t } = useTranslation();
  const headings = useId();
  const names = new Map(monitors.map(({ id, name }) => [id, name]));
  const others = monitors.filter(({ id, enabled }) => enabled && !shown.some(({ monitorId }) => monitorId === id));
  const set = (id: string, some: Partial<Shown>) => change(shown.map((each) => (each.monitorId === id ? { ...each, ...some } : each)));
  const places = shown.map(({ monitorId }) => ({ id: monitorId }));
  const move = (each: Shown, by: 1 | -1) => {
    change(putAt(shown, each, shown.indexOf(each) + by));
    return Promise.resolve();
  };
  const known = [...new Set(shown.map(({ heading }) => heading.trim()))].filter(Boolean);
  return (
    <Panel title={t("system.pages.shown")}>
      {shown.length === 0 && <p className="text-soft">{t("system.pages.empty")}</p>}
      <datalist id={headings}>
        {known.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <ul className="flex flex-col gap-3">
        {shown.map((each) => {
          const name = names.get(each.monitorId) ?? each.shownAs;
          return (
            <li key={each.monitorId} className="rounded-lg border border-line p-3">
              <div className="flex items-center gap-1">
                <p className="min-w-0 flex-1 truncate font-medium">{name}</p>
                <Movers of={{ id: each.monitorId, name }} among={places} move={(by) => move(each, by)} />
                <Button
                  look="quiet"
                  aria-label={t("system.pages.takeOff", { name })}
                  onClick={() => change(shown.filter((one) => one !== each))}
                  className="w-11 shrink-0 px-0"
                >
                  <X aria-hidden className="size-5" />
                </Button>
              </div>
              <div className="grid gap-3 sm:grid-cols-2">
                <Field
                  label={t("system.pages.shownAs")}
                  placeholder={name}
                  value={each.shownAs}
                  onChange={(event) => set(each.monitorId, { shownAs: event.target.value })}
                  maxLength={100}
                />
                <Field
                  label={t("system.pages.heading")}
                  value={each.heading}
                  onChange={(event) => set(each.monitorId, { heading: event.target.value })}
                  list={headings}
                  maxLength={100}
                />
              </div>
            </li>
          );
        })}
      </ul>
      {others.length > 0 && (
        <Select
          label={t("system.pages.add")}
          value=""
          choose={(id) => id && change([...shown, { monitorId: id, shownAs: "", heading: shown.at(-1)?.heading ?? "" }])}
          options={[{ value: "", label: t("system.pages.addWhich") }, ...others.map(({ id, name: label }) => ({ value: id, label }))]}
        />
      )}
    </Panel>
  );
}
