import { useTranslation } from "react-i18next";

import { api, http, queries, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { switchesOf, type Switch } from "@/screens/admin/system/breakers/grouping";
import { Recoveries } from "@/screens/admin/system/breakers/Recoveries";
import { Verdict } from "@/screens/admin/system/Verdict";
import { useTellFailure } from "@/screens/admin/system/useTellFailure";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const AGAIN_MS = 10_000;
const TONES: Record<Schemas["BreakerCondition"], Tone> = { closed: "good", half_open: "warn", open: "bad" };

export function Breakers() {
  const { t } = useTranslation();
  const { list } = useFormats();
  const resilience = api.useQuery("get", "/api/v1/admin/resilience", {}, { refetchInterval: AGAIN_MS });
  const reset = useReset();
  const switches = switchesOf(resilience.data?.breakers ?? []);
  const troubled = switches.filter(({ state }) => state !== "closed");
  const well = switches.filter(({ state }) => state === "closed");
  const silent = resilience.data?.silent ?? [];
  return (
    <Page
      title={t("system.breakers.title")}
      actions={
        troubled.length > 1 && (
          <Confirm
            title={t("system.breakers.resetTitle")}
            act={t("system.breakers.reset")}
            trigger={<Button>{t("system.breakers.resetAll")}</Button>}
            onConfirm={() => reset({})}
          >
            {t("system.breakers.resetWhat")}
          </Confirm>
        )
      }
    >
      <p className="-mt-4 max-w-prose text-soft">{t("system.breakers.hint")}</p>
      {resilience.isError && <Failure error={resilience.error} retry={() => void resilience.refetch()} />}
      {resilience.isPending && Array.from({ length: 3 }, (_, place) => <Skeleton key={place} className="h-20" />)}
      {resilience.data && (
        <>
          <Verdict well={troubled.length + silent.length === 0}>
            <p>{troubled.length > 0 ? t("system.breakers.troubled", { count: troubled.length }) : t("system.breakers.well")}</p>
            {silent.length > 0 && <p>{t("system.breakers.silent", { names: list(silent.map(({ instance }) => instance)) })}</p>}
          </Verdict>
          <ul className="flex flex-col gap-3">
            {troubled.map((each) => (
              <One key={`${each.service} ${each.system} ${each.address}`} of={each} reset={reset} />
            ))}
          </ul>
          {well.length > 0 && (
            <Panel title={t("system.breakers.others", { count: well.length })}>
              <ul className="-my-2 divide-y divide-line">
                {well.map((each) => (
                  <Well key={`${each.service} ${each.system} ${each.address}`} of={each} />
                ))}
              </ul>
            </Panel>
          )}
        </>
      )}
      <Recoveries />
    </Page>
  );
}

type Reset = (which: Schemas["ResetBreakersBody"]) => Promise<void>;

function useReset(): Reset {
  const { t } = useTranslation();
  const { tell } = useToasts();
  return async (body) => {
    const { data } = await http.POST("/api/v1/admin/resilience/breakers/reset", { body });
    tell({ title: t("system.breakers.didReset", { count: data!.reset }) });
    await queries.invalidateQueries({
      predicate: ({ queryKey }) => ["/api/v1/admin/resilience", "/api/v1/admin/recoveries"].includes(String(queryKey[1])),
    });
  };
}

function One({ of: breaker, reset }: { of: Switch; reset: Reset }) {
  const { t } = useTranslation();
  const { ago, lasting } = useFormats();
  const tellFailure = useTellFailure();
  const { system, service, address, state, failures, threshold, openedAt, retryAfter } = breaker;
  const facts = [
    t("system.breakers.failures", { count: failures, threshold }),
    openedAt && t("system.breakers.since", { when: ago(openedAt) }),
    retryAfter >= 1 && t("system.breakers.retryIn", { time: lasting(retryAfter) }),
  ].filter(Boolean);
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 rounded-xl border border-line bg-raised p-4">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-3">
          <span className="font-medium">{system}</span>
          <Badge tone={TONES[state]}>{t(`system.breakers.state.${state}`)}</Badge>
        </p>
        <p className="text-sm break-all text-soft">{[t("system.breakers.usedBy", { service }), address].filter(Boolean).join(" · ")}</p>
        <p className="text-sm text-soft tabular-nums">{facts.join(" · ")}</p>
      </div>
      <Button onClick={() => void reset({ service, system }).catch(tellFailure)}>{t("system.breakers.reset")}</Button>
    </li>
  );
}

function Well({ of: { system, service, address, state, failures, threshold, underWay, places, waiting } }: { of: Switch }) {
  const { t } = useTranslation();
  const facts = [
    t("system.breakers.usedBy", { service }),
    address,
    failures > 0 && t("system.breakers.failures", { count: failures, threshold }),
    underWay > 0 && t("system.breakers.busy", { used: underWay, places }),
    waiting > 0 && t("system.breakers.queue", { count: waiting }),
  ].filter(Boolean);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 py-2">
      <div className="min-w-0">
        <p className="font-medium">{system}</p>
        <p className="text-sm break-all text-soft tabular-nums">{facts.join(" · ")}</p>
      </div>
      <Badge tone={TONES[state]}>{t(`system.breakers.state.${state}`)}</Badge>
    </li>
  );
}
