import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { bodyOf, type Plan } from "@/screens/admin/system/maintenance/plan";
import { When } from "@/screens/admin/system/maintenance/When";
import { PickMonitors } from "@/screens/admin/system/PickMonitors";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Choices } from "@/ui/Choices";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { LongField } from "@/ui/LongField";
import { Panel } from "@/ui/Panel";

interface MaintenanceFormProps {
  begin: Plan;
  monitors: readonly Schemas["Monitor"][];
  groups: readonly Schemas["MonitorGroup"][];
  save: (body: Schemas["MaintenanceBody"]) => Promise<unknown>;
  act: string;
  loadAnew?: () => void;
}

export function MaintenanceForm({ begin, monitors, groups, save, act, loadAnew }: MaintenanceFormProps) {
  const { t } = useTranslation();
  const [plan, setPlan] = useState(begin);
  const [tried, setTried] = useState(false);
  const saving = useMutation({ mutationFn: () => save(bodyOf(plan)) });
  const problem = saving.error instanceof Problem ? saving.error : null;
  const wrong = problem?.fields ?? {};
  const isAboutNothing = !plan.everything && plan.monitorIds.length + plan.groupIds.length === 0;
  const set = (some: Partial<Plan>) => setPlan({ ...plan, ...some });
  return (
    <form
      className="flex flex-col gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!isAboutNothing) saving.mutate();
      }}
    >
      <Panel title={t("system.maintenance.what")}>
        <Field
          label={t("system.maintenance.name")}
          hint={t("system.maintenance.nameHint")}
          value={plan.title}
          onChange={(event) => set({ title: event.target.value })}
          wrong={wrong["title"]}
          maxLength={100}
          required
        />
        <Field
          label={t("system.maintenance.publicTitle")}
          hint={t("system.maintenance.publicTitleHint")}
          value={plan.publicTitle}
          onChange={(event) => set({ publicTitle: event.target.value })}
          wrong={wrong["publicTitle"]}
          maxLength={100}
        />
        <LongField
          label={t("system.maintenance.description")}
          value={plan.description}
          onChange={(event) => set({ description: event.target.value })}
          wrong={wrong["description"]}
          maxLength={2000}
          rows={3}
        />
      </Panel>
      <When plan={plan} change={setPlan} wrong={wrong} />
      <Panel title={t("system.maintenance.about")}>
        <Choices
          label={t("system.maintenance.about")}
          value={plan.everything ? "all" : "some"}
          choose={(about) => set({ everything: about === "all" })}
          options={(["all", "some"] as const).map((each) => ({ value: each, label: t(`system.maintenance.${each}`) }))}
        />
        {!plan.everything && (
          <>
            {groups.length > 0 && (
              <fieldset>
                <legend className="text-sm font-medium">{t("system.maintenance.aboutGroups")}</legend>
                {groups.map(({ id, name }) => (
                  <Check
                    key={id}
                    checked={plan.groupIds.includes(id)}
                    onChange={(event) =>
                      set({ groupIds: event.target.checked ? [...plan.groupIds, id] : plan.groupIds.filter((each) => each !== id) })
                    }
                  >
                    {name}
                  </Check>
                ))}
              </fieldset>
            )}
            <PickMonitors
              label={t("system.maintenance.aboutMonitors")}
              wrong={tried && isAboutNothing ? t("system.maintenance.nothingChosen") : undefined}
              monitors={monitors}
              chosen={plan.monitorIds}
              choose={(monitorIds) => set({ monitorIds })}
            />
          </>
        )}
      </Panel>
      {problem?.code === "MAINTENANCE_CHANGED" && loadAnew ? (
        <div role="alert" className="flex flex-col items-start gap-3 rounded-xl border border-warn p-4">
          <p>{t("system.act.changedMeanwhile")}</p>
          <Button onClick={loadAnew}>{t("system.act.loadAnew")}</Button>
        </div>
      ) : (
        saving.isError && <Failure error={saving.error} />
      )}
      <Button look="main" type="submit" busy={saving.isPending} className="self-start">
        {act}
      </Button>
    </form>
  );
}
