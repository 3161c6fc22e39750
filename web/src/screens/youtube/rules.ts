import type { Schemas } from "@/api/client";

type Rules = Schemas["SubscriptionChoices"];

/** The rules of a subscription out of its form: minutes become seconds, gigabytes bytes, an empty field no limit. */
export function rulesOf(form: FormData, enabled: boolean): Rules {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" && value.trim() ? value.trim() : null;
  };
  const times = (name: string, by: number) => {
    const said = text(name);
    return said === null || !Number.isFinite(Number(said)) ? null : Math.round(Number(said) * by);
  };
  const words = (name: string) => (text(name) ?? "").split(",").map((each) => each.trim()).filter(Boolean);
  const backfill = text("backfill") as Schemas["Backfill"];
  return {
    profileId: text("profileId"),
    backfill,
    backfillCount: backfill === "last" ? times("backfillCount", 1) : null,
    titleIncludes: words("titleIncludes"),
    titleExcludes: words("titleExcludes"),
    // None is shorter than nothing at all.
    minSeconds: times("minMinutes", 60) || null,
    maxSeconds: times("maxMinutes", 60),
    retention: { days: times("days", 1), count: times("count", 1), bytes: times("gigabytes", 1e9) },
    intervalMinutes: times("intervalMinutes", 1) ?? 60,
    collection: text("collection"),
    enabled,
  };
}

/** The rules as they are, to change one of them. */
export function rulesNow(known: Schemas["Subscription"]): Rules {
  const { backfill, backfillCount, titleIncludes, titleExcludes, minSeconds, maxSeconds, retention, intervalMinutes, collection, enabled } = known;
  return { profileId: known.profile.id, backfill, backfillCount, titleIncludes, titleExcludes, minSeconds, maxSeconds, retention, intervalMinutes, collection, enabled };
}
