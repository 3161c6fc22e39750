import { useTranslation } from "react-i18next";

import { BASE } from "@/base";
import { Button } from "@/ui/Button";
import { Copyable } from "@/ui/Copyable";
import { Panel } from "@/ui/Panel";

/** Where something reports to: shown once, and never again. */
export function PushAddress({ path, done }: { path: string; done: () => void }) {
  const { t } = useTranslation();
  return (
    <Panel title={t("system.monitor.push")}>
      <p className="text-soft">{t("system.monitor.pushOnce")}</p>
      <Copyable label={t("system.monitor.push")} text={`${location.origin}${BASE}${path}`} hint={t("system.monitor.pushHint")} />
      <Button look="main" onClick={done} className="self-start">
        {t("system.monitor.kept")}
      </Button>
    </Panel>
  );
}
