import { useTranslation } from "react-i18next";

import { LANGUAGES } from "@/i18n";
import type { Part } from "@/screens/account/notifications/Types";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { Select } from "@/ui/Select";
import { Switch } from "@/ui/Switch";

const NIGHT = { start: "22:00", end: "07:00" };

/** When nothing shall ring, when what is collected comes, and in whose clock and language. */
export function Times({ preferences, change }: Part) {
  const { t } = useTranslation();
  const { quietHours, dailyAt, zone, locale } = preferences;
  const zones = [...new Set([zone, Intl.DateTimeFormat().resolvedOptions().timeZone, ...Intl.supportedValuesOf("timeZone")])];
  const language = locale.split("-")[0] ?? locale;
  return (
    <Panel title={t("prefs.times")} hint={t("prefs.timesHint")}>
      <Switch
        label={t("prefs.quiet")}
        hint={t("prefs.quietHint")}
        on={quietHours !== null}
        turn={(on) => change((now) => ({ ...now, quietHours: on ? NIGHT : null }))}
      />
      {quietHours && (
        <div className="grid grid-cols-2 gap-4">
          {(["start", "end"] as const).map((which) => (
            <Field
              key={`${which} ${quietHours[which]}`}
              type="time"
              label={t(`prefs.${which}`)}
              defaultValue={quietHours[which]}
              required
              onBlur={({ target }) =>
                target.value && target.value !== quietHours[which] && change((now) => ({ ...now, quietHours: { ...(now.quietHours ?? NIGHT), [which]: target.value } }))
              }
            />
          ))}
        </div>
      )}
      <div className="grid gap-4 sm:grid-cols-3">
        <Field
          key={dailyAt}
          type="time"
          label={t("prefs.daily")}
          hint={t("prefs.dailyHint")}
          defaultValue={dailyAt}
          required
          onBlur={({ target }) => target.value && target.value !== dailyAt && change((now) => ({ ...now, dailyAt: target.value }))}
        />
        <Select
          label={t("me.zone")}
          value={zone}
          choose={(next) => change((now) => ({ ...now, zone: next }))}
          options={zones.map((each) => ({ value: each, label: each.replaceAll("_", " ") }))}
        />
        <Select
          label={t("prefs.language")}
          value={language}
          choose={(next) => change((now) => ({ ...now, locale: next }))}
          options={[...new Set([language, ...LANGUAGES])].map((each) => ({
            value: each,
            label: new Intl.DisplayNames(each, { type: "language" }).of(each) ?? each,
          }))}
        />
      </div>
    </Panel>
  );
}
