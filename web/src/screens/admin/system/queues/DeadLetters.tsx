import { MailX } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { Letter } from "@/screens/admin/system/queues/Letter";
import { SettleAll } from "@/screens/admin/system/queues/SettleAll";
import { SettleChosen } from "@/screens/admin/system/queues/SettleChosen";
import type { Result } from "@/screens/admin/system/queues/settle";
import { Choices } from "@/ui/Choices";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Select } from "@/ui/Select";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/admin/queues/dead-letters";
const STATES = ["waiting", "retried", "dropped"] as const;

export function DeadLetters() {
  const { t } = useTranslation();
  const [state, setState] = useState<Schemas["DeadLetterState"]>("waiting");
  const [service, setService] = useState("");
  const [typed, setTyped] = useState("");
  const reason = useDeferredValue(typed.trim());
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [results, setResults] = useState<ReadonlyMap<number, Result>>(new Map());
  const filter = { service: service || null, reason: reason || null };
  const letters = usePages(["get", PATH, { state, ...filter }], async (cursor, signal) =>
    (await http.GET(PATH, { params: { query: { state, ...filter, cursor, limit: 30 } }, signal })).data!,
  );
  const queues = api.useQuery("get", "/api/v1/admin/queues");
  const services = [...new Set(queues.data?.outboxes.map((each) => each.service) ?? [])].sort();
  const isFiltered = Boolean(service || reason || state !== "waiting");
  const isSettling = state === "waiting" && letters.items.length > 0;
  // Only what is in sight: of what is not, nobody would see what becomes of it.
  const seqs = letters.items.filter((each) => each.state === "waiting" && chosen.has(each.seq)).map(({ seq }) => seq);
  const newest = Math.max(...letters.items.map(({ seq }) => seq));
  const show = (next: Schemas["DeadLetterState"]) => {
    setState(next);
    setChosen(new Set());
    setResults(new Map());
  };
  const choose = (seq: number, on: boolean) =>
    setChosen((now) => (on ? new Set([...now, seq]) : new Set([...now].filter((each) => each !== seq))));
  return (
    <Page title={t("system.dead.title")} actions={isSettling && <SettleAll filter={filter} upTo={newest} />}>
      <p className="-mt-4 max-w-prose text-soft">{t("system.dead.hint")}</p>
      <Choices
        label={t("system.dead.which")}
        value={state}
        choose={show}
        options={STATES.map((each) => ({ value: each, label: t(`system.dead.state.${each}`) }))}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <Select
          label={t("system.dead.service")}
          value={service}
          choose={setService}
          options={[{ value: "", label: t("system.dead.everyService") }, ...services.map((each) => ({ value: each, label: each }))]}
        />
        <Field label={t("system.dead.reason")} type="search" value={typed} onChange={(event) => setTyped(event.target.value)} maxLength={100} />
      </div>
      {letters.isError && <Failure error={letters.error} retry={() => void letters.refetch()} />}
      {letters.isPending && Array.from({ length: 4 }, (_, place) => <Skeleton key={place} className="h-28" />)}
      {letters.isSuccess && letters.items.length === 0 && (
        <Empty icon={MailX} title={isFiltered ? t("system.dead.noneHere") : t("system.dead.none")}>
          {!isFiltered && t("system.dead.noneHint")}
        </Empty>
      )}
      <ul className="flex flex-col gap-3">
        {letters.items.map((letter) => (
          <Letter
            key={letter.seq}
            letter={letter}
            chosen={chosen.has(letter.seq)}
            choose={(on) => choose(letter.seq, on)}
            result={results.get(letter.seq)}
          />
        ))}
      </ul>
      <More pages={letters} />
      {seqs.length > 0 && (
        <SettleChosen
          seqs={seqs}
          tell={(seq, result) => setResults((now) => new Map([...now, [seq, result]]))}
          done={() => setChosen(new Set())}
        />
      )}
    </Page>
  );
}
