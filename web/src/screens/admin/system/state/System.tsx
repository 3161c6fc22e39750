import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { version } from "../../../../../package.json";
import { api, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Findings } from "@/screens/admin/system/state/Findings";
import { Service } from "@/screens/admin/system/state/Service";
import { troublesIn, type Trouble } from "@/screens/admin/system/state/troubles";
import { Verdict } from "@/screens/admin/system/Verdict";
import { buttonLook } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const AGAIN_MS = 15_000;

export function System() {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const details = api.useQuery("get", "/api/v1/health/details", {}, { refetchInterval: AGAIN_MS });
  return (
    <Page title={t("system.state.title")}>
      {details.isError && <Failure error={details.error} retry={() => void details.refetch()} />}
      {details.isPending && Array.from({ length: 5 }, (_, place) => <Skeleton key={place} className="h-24" />)}
      {details.data && (
        <>
          <Told troubles={troublesIn(details.data)} />
          <Findings />
          <Panel title={t("system.state.services")} hint={t("system.state.asOf", { when: ago(new Date(details.dataUpdatedAt).toISOString()) })}>
            <ul className="-my-3 divide-y divide-line">
              {details.data.services.map((each) => (
                <Service key={each.service} service={each} />
              ))}
            </ul>
          </Panel>
          {details.data.streams && <Bus streams={details.data.streams} />}
          <p className="text-sm text-soft">
            {t("system.state.page")}: {t("system.state.version", { version })}
          </p>
        </>
      )}
    </Page>
  );
}

function Told({ troubles }: { troubles: readonly Trouble[] }) {
  const { t } = useTranslation();
  const inWords = useWords();
  const isWell = troubles.length === 0;
  return (
    <Verdict well={isWell}>
      <p className="font-medium">{isWell ? t("system.state.well") : t("system.state.trouble", { count: troubles.length })}</p>
      {!isWell && (
        <ul className="mt-1 list-disc pl-5">
          {troubles.map((each) => (
            <li key={JSON.stringify(each)} className="break-words">
              {inWords(each)}
            </li>
          ))}
        </ul>
      )}
    </Verdict>
  );
}

function useWords(): (trouble: Trouble) => string {
  const { t } = useTranslation();
  const { list, number } = useFormats();
  return (trouble) => {
    switch (trouble.what) {
      case "down":
      case "degraded":
      case "pool":
        return t(`system.state.${trouble.what}`, { service: trouble.service });
      case "checkDown":
      case "checkDegraded":
        return [t(`system.state.${trouble.what}`, { service: trouble.service, check: trouble.check }), trouble.message].filter(Boolean).join(" ");
      case "silent":
        return t("system.state.silent", { service: trouble.service, instance: trouble.instance });
      case "versions":
        return t("system.state.versions", { service: trouble.service, versions: list(trouble.versions) });
      case "mixed":
        return t("system.state.mixed", { versions: list(trouble.versions) });
      case "bus":
        return t("system.state.bus");
      case "deadLetters":
        return t("system.state.deadLetters", { count: trouble.count });
      case "backlog":
        return t("system.state.backlog", { number: number(trouble.count), name: trouble.name });
    }
  };
}

function Bus({ streams }: { streams: readonly Schemas["StreamDetails"][] }) {
  const { t } = useTranslation();
  const { number, bytes } = useFormats();
  return (
    <Panel
      title={t("system.state.streams")}
      hint={t("system.state.streamsHint")}
      actions={
        <Link to="/admin/queues" preload="intent" className={buttonLook()}>
          {t("system.queues.title")}
        </Link>
      }
    >
      <ul className="-my-2 divide-y divide-line">
        {streams.map((each) => (
          <li key={each.name} className="flex flex-wrap justify-between gap-x-4 py-2">
            <span className="font-medium break-all">{each.name}</span>
            <span className="text-soft tabular-nums">
              {t("system.queues.messages", { count: each.messages, number: number(each.messages) })} · {bytes(each.bytes)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
