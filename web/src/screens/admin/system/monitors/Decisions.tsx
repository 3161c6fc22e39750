import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Further } from "@/screens/admin/system/Further";
import type { Mistake, MonitorDraft } from "@/screens/admin/system/monitors/draft";
import { PickMonitors } from "@/screens/admin/system/PickMonitors";
import { Check } from "@/ui/Check";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { Select } from "@/ui/Select";

const INTERVALS = [20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];
const FURTHER = ["timeoutSeconds", "failures", "outOf", "successes", "slowMs", "reminderSeconds"];
const REMINDERS = [1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800];

interface DecisionsProps {
  draft: MonitorDraft;
  change: (draft: MonitorDraft) => void;
  mistakes: { timeoutSeconds?: Mistake; failures?: Mistake };
  wrong: Readonly<Record<string, string>>;
  others: readonly Schemas["Monitor"][];
  groups: readonly Schemas["MonitorGroup"][];
}

/** All but what a monitor looks at: when it counts as down, whose it is, and who sees it. */
export function Decisions({ draft, change, mistakes, wrong, others, groups }: DecisionsProps) {
  const { t } = useTranslation();
  const { lasting } = useFormats();
  const set = (some: Partial<MonitorDraft>) => change({ ...draft, ...some });
  const number = (name: "timeoutSeconds" | "failures" | "outOf" | "successes" | "slowMs", least: number, most: number) => ({
    label: t(`system.monitor.${name === "timeoutSeconds" ? "timeout" : name}`),
    type: "number",
    inputMode: "numeric" as const,
    min: least,
    max: most,
    step: name === "timeoutSeconds" || name === "slowMs" ? ("any" as const) : 1,
    value: draft[name],
    onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }),
    wrong: wrong[name],
  });
  const isPush = draft.kind === "push";
  return (
    <>
      <Panel title={t("system.monitor.when")}>
        <Select
          label={isPush ? t("system.monitor.expectEvery") : t("system.monitor.interval")}
          value={draft.intervalSeconds}
          choose={(intervalSeconds) => set({ intervalSeconds })}
          options={withOwn(INTERVALS, draft.intervalSeconds).map((each) => ({ value: String(each), label: lasting(each) }))}
        />
        <Further open={Object.keys(mistakes).length > 0 || FURTHER.some((name) => name in wrong)}>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field {...number("failures", 1, 10)} wrong={mistakes.failures ? t(`system.monitor.${mistakes.failures}`) : wrong["failures"]} required />
            <Field {...number("outOf", 1, 10)} required />
            <Field {...number("successes", 1, 10)} required />
            <Field
              {...number("timeoutSeconds", 1, 60)}
              wrong={mistakes.timeoutSeconds ? t(`system.monitor.${mistakes.timeoutSeconds}`) : wrong["timeoutSeconds"]}
              required
            />
            <Field {...number("slowMs", 1, 60_000)} hint={t("system.monitor.slowMsHint")} />
            <Select
              label={t("system.monitor.reminder")}
              value={draft.reminderSeconds}
              choose={(reminderSeconds) => set({ reminderSeconds })}
              options={[
                { value: "", label: t("system.monitor.reminderNever") },
                ...withOwn(REMINDERS, draft.reminderSeconds).map((each) => ({
                  value: String(each),
                  label: t("system.monitor.reminderEvery", { time: lasting(each) }),
                })),
              ]}
            />
          </div>
          <Check checked={draft.inverted} onChange={(event) => set({ inverted: event.target.checked })}>
            {t("system.monitor.inverted")}
            <span className="block text-sm text-soft">{t("system.monitor.invertedHint")}</span>
          </Check>
        </Further>
      </Panel>
      <Panel title={t("system.monitor.who")}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Select
            label={t("system.monitor.visibility")}
            value={draft.visibility}
            choose={(visibility) => set({ visibility })}
            options={(["admins", "everyone"] as const).map((each) => ({ value: each, label: t(`system.monitor.${each}`) }))}
          />
          <Select
            label={t("system.monitor.group")}
            value={draft.groupId}
            choose={(groupId) => set({ groupId })}
            options={[{ value: "", label: t("system.monitor.noGroup") }, ...groups.map(({ id, name }) => ({ value: id, label: name }))]}
          />
        </div>
        <PickMonitors
          label={t("system.monitor.dependsOn")}
          hint={t("system.monitor.dependsOnHint")}
          monitors={others}
          chosen={draft.dependsOn}
          choose={(dependsOn) => set({ dependsOn })}
          wrong={wrong["dependsOn"]}
        />
      </Panel>
    </>
  );
}

/** The usual lengths, and the one that it has, wherever that came from. */
function withOwn(usual: readonly number[], own: string): number[] {
  const seconds = Number(own);
  return [...new Set(seconds ? [...usual, seconds] : usual)].sort((one, other) => one - other);
}
