import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { Outcome } from "@/screens/admin/system/monitors/Outcome";
import { outcomeOf } from "@/screens/admin/system/monitors/outcomes";
import { monitorsChanged } from "@/screens/admin/system/monitors/useMonitors";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { Select } from "@/ui/Select";

type Way = Schemas["ImportWay"];
const NOTHING = { url: "", username: "", password: "", code: "", apiKey: "", slug: "" };

/** Reads an Uptime Kuma: first what would happen, and then does it. */
export function FromKuma() {
  const { t } = useTranslation();
  const [way, setWay] = useState<Way>("socket");
  const [typed, setTyped] = useState(NOTHING);
  const [history, setHistory] = useState(true);
  const importing = useMutation({
    mutationFn: async (dryRun: boolean) => {
      const { data } = await http.POST("/api/v1/admin/monitors/import/uptime-kuma", { body: bodyOf(way, typed, history, dryRun) });
      if (!dryRun) await monitorsChanged();
      return data!;
    },
    // Each code lets in once.
    onSettled: () => setTyped((now) => ({ ...now, code: "" })),
  });
  const problem = importing.error instanceof Problem ? importing.error : null;
  const wantsCode = problem?.code === "KUMA_CODE_REQUIRED";
  const outcome = importing.data && outcomeOf(importing.data);
  const change = (some: Partial<typeof NOTHING>) => {
    setTyped({ ...typed, ...some });
    // What was told is about what was typed before; the code alone changes nothing of it.
    if (!("code" in some)) importing.reset();
  };
  const field = (name: keyof typeof NOTHING) => ({
    label: t(`system.carry.${name}`),
    value: typed[name],
    onChange: (event: { target: { value: string } }) => change({ [name]: event.target.value }),
    wrong: problem?.fields[name],
    autoComplete: "off",
  });
  return (
    <Panel title={t("system.carry.fromKuma")} hint={t("system.carry.kumaHint")}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          importing.mutate(true);
        }}
      >
        <Field {...field("url")} type="url" inputMode="url" placeholder="http://uptime-kuma:3001" required />
        <Select
          label={t("system.carry.way")}
          value={way}
          choose={(next) => {
            setWay(next);
            importing.reset();
          }}
          options={(["socket", "statusPage", "metrics"] as const).map((each) => ({ value: each, label: t(`system.carry.${each}`) }))}
        />
        {way === "socket" && (
          <>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field {...field("username")} required />
              <Field {...field("password")} type="password" required />
            </div>
            <Field
              {...field("code")}
              inputMode="numeric"
              autoComplete="one-time-code"
              hint={t("system.carry.codeHint")}
              wrong={wantsCode ? t("system.carry.codeAgain") : problem?.fields["code"]}
              maxLength={10}
            />
            <Check checked={history} onChange={(event) => setHistory(event.target.checked)}>
              {t("system.carry.history")}
            </Check>
          </>
        )}
        {way === "statusPage" && <Field {...field("slug")} hint={t("system.carry.slugHint")} required />}
        {way === "metrics" && <Field {...field("apiKey")} type="password" required />}
        {importing.isError && !wantsCode && <Failure error={importing.error} />}
        {outcome && <Outcome outcome={outcome} />}
        <div className="flex flex-wrap gap-3">
          {outcome?.dryRun && !outcome.isNothing && (
            <Button look="main" busy={importing.isPending} onClick={() => importing.mutate(false)}>
              {t("system.carry.take")}
            </Button>
          )}
          {(!outcome || outcome.dryRun) && (
            <Button look={outcome ? "plain" : "main"} type="submit" busy={importing.isPending}>
              {t("system.carry.see")}
            </Button>
          )}
        </div>
      </form>
    </Panel>
  );
}

function bodyOf(way: Way, typed: typeof NOTHING, history: boolean, dryRun: boolean): Schemas["ImportUptimeKumaBody"] {
  const url = typed.url.trim();
  if (way === "statusPage") return { url, way, slug: typed.slug.trim() || null, history: false, dryRun };
  if (way === "metrics") return { url, way, apiKey: typed.apiKey, history: false, dryRun };
  return { url, way, username: typed.username, password: typed.password, code: typed.code.trim() || null, history, dryRun };
}
