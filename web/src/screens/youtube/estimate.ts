import type { Schemas } from "@/api/client";

/** Bytes a second, as a rule, of H.264 with sound. */
const RATES: Record<Schemas["Quality"], number> = {
  best: 1_500_000,
  "2160p": 2_200_000,
  "1440p": 1_100_000,
  "1080p": 560_000,
  "720p": 310_000,
  "480p": 160_000,
  "360p": 90_000,
};

/** About how many bytes a video will take: what YouTube says of its own standard, or what such videos take as a rule. */
export function estimate(seen: Pick<Schemas["YoutubePreview"], "sizeEstimate" | "durationSeconds">, quality: Schemas["Quality"]): number | null {
  if (seen.sizeEstimate && (quality === "best" || quality === "1080p")) return seen.sizeEstimate;
  if (!seen.durationSeconds) return seen.sizeEstimate ?? null;
  return seen.durationSeconds * RATES[quality];
}
