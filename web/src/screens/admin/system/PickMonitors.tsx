import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Check } from "@/ui/Check";
import { Field } from "@/ui/Field";

interface PickMonitorsProps {
  label: string;
  hint?: string | undefined;
  wrong?: string | undefined;
  monitors: readonly Schemas["Monitor"][];
  chosen: readonly string[];
  choose: (ids: string[]) => void;
}

const MANY = 12;

/** Some of all monitors, in a list that does not push everything else away. */
export function PickMonitors({ label, hint, wrong, monitors, chosen, choose }: PickMonitorsProps) {
  const { t } = useTranslation();
  const id = useId();
  const [wanted, setWanted] = useState("");
  const shown = monitors.filter(({ name }) => name.toLowerCase().includes(wanted.trim().toLowerCase()));
  const said = wrong ?? hint;
  return (
    <fieldset aria-describedby={said && `${id}-said`} className="flex min-w-0 flex-col gap-1">
      <legend className="mb-1 text-sm font-medium">
        {label} {chosen.length > 0 && <span className="text-soft">({chosen.length})</span>}
      </legend>
      {said && (
        <p id={`${id}-said`} className={wrong ? "text-sm text-bad" : "text-sm text-soft"}>
          {said}
        </p>
      )}
      {monitors.length > MANY && (
        <Field label={t("system.act.search")} type="search" value={wanted} onChange={(event) => setWanted(event.target.value)} />
      )}
      {/* It can be scrolled with the keyboard by what is in it. */}
      <div className="max-h-56 overflow-y-auto rounded-lg border border-line px-3">
        {shown.map((each) => (
          <Check
            key={each.id}
            checked={chosen.includes(each.id)}
            onChange={(event) => choose(event.target.checked ? [...chosen, each.id] : chosen.filter((one) => one !== each.id))}
          >
            {each.name}
          </Check>
        ))}
      </div>
    </fieldset>
  );
}
