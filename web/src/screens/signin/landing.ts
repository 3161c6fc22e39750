import type { Schemas } from "@/api/client";

export type Factor = Schemas["SecondFactor"];

/** What a browser comes back with from a sign-in elsewhere; the gateway writes it into the address. */
export type Landing =
  | { kind: "challenge"; challengeId: string; methods: Factor[]; to: string }
  | { kind: "required"; to: string }
  | { kind: "pending" }
  | { kind: "linked"; provider: string; rest: string }
  | { kind: "failed"; code: string; provider: string };

const FACTORS: readonly Factor[] = ["totp", "recovery_code", "passkey"];
const FORWARD = "/api/v1/auth/forward?";

/** Nothing for a browser that simply comes. `path` is the place within the page. */
export function landingOf(path: string, search: string, hash: string): Landing | null {
  const asked = new URLSearchParams(search);
  const code = asked.get("signIn");
  if (!code) return null;
  const provider = asked.get("provider") ?? "";
  switch (code) {
    case "MFA_REQUIRED": {
      const challenge = challengeIn(hash);
      return challenge ? { kind: "challenge", ...challenge } : { kind: "failed", code: "CHALLENGE_EXPIRED", provider };
    }
    case "REQUIRED":
      return { kind: "required", to: placeOf(asked.get("returnTo")) };
    case "PENDING":
      return { kind: "pending" };
    case "LINKED": {
      asked.delete("signIn");
      asked.delete("provider");
      return { kind: "linked", provider, rest: `${path}${asked.size ? `?${asked}` : ""}${hash}` };
    }
    default:
      return { kind: "failed", code, provider };
  }
}

/** The question that stands behind the `#`, where no log sees it. */
export function challengeIn(hash: string): { challengeId: string; methods: Factor[]; to: string } | null {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  const challengeId = said.get("challenge");
  if (!challengeId) return null;
  const named = (said.get("methods") ?? "").split(",");
  return { challengeId, methods: FACTORS.filter((each) => named.includes(each)), to: placeOf(said.get("returnTo")) };
}

export function hashOf({ challengeId, methods, to }: { challengeId: string; methods: readonly Factor[]; to: string }): string {
  return new URLSearchParams({ challenge: challengeId, methods: methods.join(","), returnTo: to }).toString();
}

/** What a link of a mail carries behind the `#`. */
export function tokenIn(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? "";
}

/** Only places of this page: whoever sends a link must not choose where a sign-in ends. */
export function placeOf(to: unknown): string {
  return typeof to === "string" && /^\/(?![/\\])[\x21-\x7e]*$/.test(to) ? to : "/";
}

/** Not a screen: other sites that the portal vouches at are left for by its API. */
export function isElsewhere(to: string): boolean {
  return to.startsWith(FORWARD);
}
