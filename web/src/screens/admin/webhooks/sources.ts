export interface Source {
  name: "sonarr" | "radarr" | "prowlarr" | "overseerr" | "plex" | "tautulli" | "uptime-kuma" | "generic";
  title: string;
  variable: string;
  /** With the secret at its end where the program can only be given an address. */
  path: string;
  steps: number;
}

/** Each program that can report, in the order in which it helps most. */
export const SOURCES: Source[] = [
  { name: "radarr", title: "Radarr", variable: "MEDIANEST_RADARR_WEBHOOK_SECRET", path: "/api/v1/webhooks/radarr", steps: 3 },
  { name: "sonarr", title: "Sonarr", variable: "MEDIANEST_SONARR_WEBHOOK_SECRET", path: "/api/v1/webhooks/sonarr", steps: 3 },
  { name: "overseerr", title: "Overseerr", variable: "MEDIANEST_OVERSEERR_WEBHOOK_SECRET", path: "/api/v1/webhooks/overseerr", steps: 3 },
  { name: "prowlarr", title: "Prowlarr", variable: "MEDIANEST_PROWLARR_WEBHOOK_SECRET", path: "/api/v1/webhooks/prowlarr", steps: 3 },
  { name: "plex", title: "Plex", variable: "MEDIANEST_PLEX_WEBHOOK_SECRET", path: "/api/v1/webhooks/plex/<secret>", steps: 2 },
  { name: "tautulli", title: "Tautulli", variable: "MEDIANEST_PLEX_WEBHOOK_SECRET", path: "/api/v1/webhooks/tautulli/<secret>", steps: 4 },
  { name: "uptime-kuma", title: "Uptime Kuma", variable: "MEDIANEST_UPTIME_KUMA_WEBHOOK_SECRET", path: "/api/v1/webhooks/uptime-kuma/<secret>", steps: 3 },
  { name: "generic", title: "", variable: "MEDIANEST_GENERIC_WEBHOOK_SECRETS", path: "/api/v1/webhooks/generic/<name>", steps: 3 },
];

export const TAUTULLI_DATA = `{
  "event": "{action}",
  "machineIdentifier": "{server_machine_id}",
  "sectionId": "{section_id}",
  "ratingKey": "{rating_key}",
  "mediaType": "{media_type}"
}`;
