import { http, queries, type Schemas } from "@/api/client";

export type Verdict = "retry" | "drop";
export type Filter = Pick<Schemas["DeadLetterFilter"], "service" | "handler" | "reason">;

const PATH = "/api/v1/admin/queues/dead-letters";

/** What is shown of queues is read again. */
export function queuesChanged(): Promise<void> {
  return queries.invalidateQueries({
    predicate: ({ queryKey }) => ["/api/v1/admin/queues", "/api/v1/health/details"].some((path) => String(queryKey[1]).startsWith(path)),
  });
}

export async function settleOne(seq: number, verdict: Verdict): Promise<void> {
  const params = { path: { seq } };
  await (verdict === "retry" ? http.POST(`${PATH}/{seq}/retry`, { params }) : http.DELETE(`${PATH}/{seq}`, { params }));
}

export type Result = "done" | { failed: unknown };

/** One after the other, each with what became of it: one that fails leaves the others alone. */
export async function settleSome(
  seqs: readonly number[],
  settle: (seq: number) => Promise<void>,
  tell: (seq: number, result: Result) => void,
): Promise<void> {
  for (const seq of seqs) {
    try {
      await settle(seq);
      tell(seq, "done");
    } catch (failed) {
      tell(seq, { failed });
    }
  }
}

export interface Settled {
  settled: number;
  skipped: number;
}

type Step = (filter: Schemas["DeadLetterFilter"]) => Promise<Schemas["DeadLettersSettled"]>;

/** All that fit and were there when the list was read; the portal takes some at a time. */
export async function settleAll(filter: Filter, upTo: number, step: Step, tell: (sofar: Settled) => void): Promise<Settled> {
  const isNamed = Object.values(filter).some(Boolean);
  const sum: Settled = { settled: 0, skipped: 0 };
  let after: number | null = 0;
  while (after !== null) {
    const answer: Schemas["DeadLettersSettled"] = await step({ ...filter, upTo, after, everything: !isNamed });
    sum.settled += answer.settled;
    sum.skipped += answer.skipped;
    tell({ ...sum });
    // An answer that does not go on would be asked for ever.
    after = answer.nextAfter !== null && answer.nextAfter > after ? answer.nextAfter : null;
  }
  return sum;
}

export function stepOf(verdict: Verdict): Step {
  return async (body) => (await (verdict === "retry" ? http.POST(`${PATH}/retry`, { body }) : http.POST(`${PATH}/drop`, { body }))).data!;
}
