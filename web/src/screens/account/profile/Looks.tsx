import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/session";
import { LANGUAGES, speakIn } from "@/i18n";
import { HERE } from "@/screens/account/notifications/tongue";
import { useProfile } from "@/screens/account/profile/useProfile";
import { theme, THEMES, wear, type Theme } from "@/shell/theme";
import { Choices } from "@/ui/Choices";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Select } from "@/ui/Select";

/** How the portal speaks and looks. Language and zone go with the person, light and dark with the device. */
export function Looks() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const changing = useProfile();
  const [worn, setWorn] = useState(theme);
  const zone = me.timeZone ?? "";
  const zones = [...new Set([HERE, ...(zone ? [zone] : []), ...Intl.supportedValuesOf("timeZone")])];
  const speak = (locale: string) => {
    void speakIn(locale);
    changing.change({ locale });
  };
  const choose = (next: Theme) => {
    wear(next);
    setWorn(next);
  };
  return (
    <Panel title={t("me.looks")}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label={t("language")}
          value={i18n.language}
          choose={speak}
          hint={t("me.languageHint")}
          options={LANGUAGES.map((each) => ({ value: each, label: new Intl.DisplayNames(each, { type: "language" }).of(each) ?? each }))}
        />
        <Select
          label={t("me.zone")}
          value={zone}
          choose={(timeZone) => changing.change({ timeZone: timeZone || null })}
          hint={t("me.zoneHint")}
          options={[{ value: "", label: t("me.zoneOfPortal") }, ...zones.map((each) => ({ value: each, label: each.replaceAll("_", " ") }))]}
        />
      </div>
      <div className="flex flex-col gap-1">
        <p className="text-sm font-medium">{t("me.theme.label")}</p>
        <Choices
          label={t("me.theme.label")}
          value={worn}
          choose={choose}
          options={THEMES.map((value) => ({ value, label: t(`me.theme.${value}`) }))}
        />
        <p className="text-sm text-soft">{t("me.theme.hint")}</p>
      </div>
      {changing.isError && <Failure error={changing.error} />}
    </Panel>
  );
}
