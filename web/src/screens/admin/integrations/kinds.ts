import type { Schemas } from "@/api/client";

export type Kind = Schemas["IntegrationKind"];
type Options = Schemas["Integration"]["options"];

/** By what they are for. */
export const PURPOSES = [
  { name: "watch", kinds: ["plex", "tautulli", "jellyfin"] },
  { name: "request", kinds: ["overseerr", "radarr", "radarr_4k", "sonarr", "sonarr_4k", "tmdb"] },
  { name: "fetch", kinds: ["prowlarr", "sabnzbd", "qbittorrent"] },
  { name: "tell", kinds: ["smtp"] },
] as const satisfies { name: string; kinds: Kind[] }[];

export const USUAL: Record<Kind, string> = {
  plex: "http://192.168.1.10:32400",
  overseerr: "http://192.168.1.10:5055",
  radarr: "http://192.168.1.10:7878",
  radarr_4k: "http://192.168.1.10:7879",
  sonarr: "http://192.168.1.10:8989",
  sonarr_4k: "http://192.168.1.10:8990",
  tmdb: "https://api.themoviedb.org",
  tautulli: "http://192.168.1.10:8181",
  prowlarr: "http://192.168.1.10:9696",
  jellyfin: "http://192.168.1.10:8096",
  sabnzbd: "http://192.168.1.10:8080",
  qbittorrent: "http://192.168.1.10:8080",
  smtp: "smtp://mail.example.org:587?tls=starttls",
};

/** What can only be one of a few. */
export const CHOICES: Record<string, readonly string[]> = {
  minimumAvailability: ["announced", "inCinemas", "released"],
  seriesType: ["standard", "daily", "anime"],
};

/** What the form says of each option that there is; a box that is not ticked is not sent by a form. */
export function optionsOf(present: Options, form: FormData): Options {
  return Object.fromEntries(
    Object.entries(present).map(([name, value]): [string, string | boolean] => {
      const typed = form.get(`option-${name}`);
      if (typeof value === "boolean") return [name, typed !== null];
      return [name, typeof typed === "string" ? typed.trim() : value];
    }),
  );
}

export type Standing = "problem" | "off" | "settings" | "portal" | "none";

/** In one word how an integration is. */
export function standingOf({ problem, configured, enabled, source }: Schemas["Integration"]): Standing {
  if (problem) return "problem";
  if (!configured) return "none";
  if (!enabled) return "off";
  return source === "settings" ? "settings" : "portal";
}
