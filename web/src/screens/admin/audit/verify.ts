import type { Schemas } from "@/api/client";

type Ask = (after: number) => Promise<Schemas["AuditVerdict"]>;

/** The whole log, part by part: each answer says how far it has come. */
export async function verifyAll(ask: Ask, progress: (upTo: number) => void = () => undefined): Promise<Schemas["AuditVerdict"]> {
  let verdict = await ask(0);
  while (verdict.intact && !verdict.complete) {
    progress(verdict.upTo);
    verdict = await ask(verdict.upTo);
  }
  return verdict;
}
