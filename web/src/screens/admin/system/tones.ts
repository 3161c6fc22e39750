import type { Schemas } from "@/api/client";
import type { Tone } from "@/ui/Badge";

export const MONITOR_TONES: Record<Schemas["MonitorState"], Tone> = {
  up: "good",
  degraded: "warn",
  flapping: "warn",
  auth: "bad",
  down: "bad",
  maintenance: "calm",
  unknown: "soft",
  pending: "soft",
};

export const CHECK_TONES: Record<Schemas["CheckStatus"], Tone> = { ok: "good", degraded: "warn", down: "bad" };
