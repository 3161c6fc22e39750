import type { Schemas } from "@/api/client";

type Breaker = Schemas["ReplicaBreaker"];

/** One system as one service sees it, over all its replicas. */
export interface Switch {
  system: string;
  service: string;
  address: string | null;
  /** The worst of its replicas'. */
  state: Breaker["state"];
  failures: number;
  threshold: number;
  openedAt: string | null;
  /** Seconds until the first of them tries. */
  retryAfter: number;
  underWay: number;
  places: number;
  waiting: number;
}

const WORST: Breaker["state"][] = ["open", "half_open", "closed"];

/** Those that are not asked come first, then by name. */
export function switchesOf(breakers: readonly Breaker[]): Switch[] {
  const found = new Map<string, Switch>();
  for (const each of breakers) {
    const key = `${each.service}|${each.system}|${each.address ?? ""}`;
    const one = switchOf(each);
    const known = found.get(key);
    found.set(key, known ? together(known, one) : one);
  }
  return [...found.values()].sort(
    (one, other) =>
      WORST.indexOf(one.state) - WORST.indexOf(other.state) || one.system.localeCompare(other.system) || one.service.localeCompare(other.service),
  );
}

function switchOf(breaker: Breaker): Switch {
  const { system, service, state, failures, threshold } = breaker;
  return {
    system,
    service,
    state,
    failures,
    threshold,
    address: breaker.address ?? null,
    openedAt: breaker.openedAt ?? null,
    retryAfter: breaker.retryAfter,
    underWay: breaker.underWay ?? 0,
    places: breaker.places ?? 0,
    waiting: breaker.waiting ?? 0,
  };
}

function together(one: Switch, other: Switch): Switch {
  const worse = WORST.indexOf(other.state) < WORST.indexOf(one.state) ? other : one;
  return {
    ...worse,
    failures: Math.max(one.failures, other.failures),
    underWay: one.underWay + other.underWay,
    places: one.places + other.places,
    waiting: one.waiting + other.waiting,
  };
}
