import { useState } from "react";
import { useTranslation } from "react-i18next";

import { IntegrationForm } from "@/screens/setup/IntegrationForm";
import type { Known } from "@/screens/setup/progress";
import { Choices } from "@/ui/Choices";

type Way = "overseerr" | "arr" | "hand";

export function Requests({ known }: { known: Known }) {
  const { t } = useTranslation();
  const of = (kind: Known["integrations"][number]["kind"]) => known.integrations.find((each) => each.kind === kind);
  const [way, setWay] = useState<Way>(of("radarr")?.configured || of("sonarr")?.configured ? "arr" : "overseerr");
  return (
    <>
      <Choices
        label={t("setup.way.label")}
        value={way}
        choose={setWay}
        options={(["overseerr", "arr", "hand"] as const).map((value) => ({ value, label: t(`setup.way.${value}`) }))}
      />
      {way === "overseerr" && <IntegrationForm kind="overseerr" integration={of("overseerr")} help={<p>{t("setup.overseerrKey")}</p>} />}
      {way === "arr" && (
        <>
          <IntegrationForm kind="radarr" integration={of("radarr")} help={<p>{t("setup.arrKey")}</p>} />
          <IntegrationForm kind="sonarr" integration={of("sonarr")} help={<p>{t("setup.arrKey")}</p>} />
          <IntegrationForm kind="tmdb" integration={of("tmdb")} help={<p>{t("setup.tmdbKey")}</p>} />
        </>
      )}
      {way === "hand" && <p className="max-w-prose">{t("setup.byHand")}</p>}
    </>
  );
}
