import { Activity, CircleCheck, CircleHelp, TriangleAlert, Wrench } from "lucide-react";
import { useTranslation } from "react-i18next";

import { useFormats } from "@/i18n/formats";
import type { Overall } from "@/screens/services/overall";

const ICONS = { allWell: CircleCheck, down: TriangleAlert, poor: TriangleAlert, maintenance: Wrench, unknown: CircleHelp, nothing: Activity };
const COLOURS = { good: "border-good text-good", warn: "border-warn text-warn", bad: "border-bad text-bad", calm: "border-calm text-calm", soft: "border-line text-soft" };

/** How things are, in one. */
export function Sentence({ says, tone, names, checked }: Overall & { checked: string | undefined }) {
  const { t } = useTranslation();
  const { list, ago } = useFormats();
  const Icon = ICONS[says];
  return (
    <div role="status" className={`flex items-center gap-4 rounded-xl border-2 bg-raised p-4 ${COLOURS[tone]}`}>
      <Icon aria-hidden className="size-8 shrink-0" />
      <div className="min-w-0">
        <p className="text-lg font-semibold">{t(`services.overall.${says}`, { count: names.length, names: list(names) })}</p>
        {checked && <p className="text-sm text-soft">{t("services.checked", { when: ago(checked) })}</p>}
      </div>
    </div>
  );
}
