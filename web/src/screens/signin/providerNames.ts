const NAMES: Record<string, string> = { plex: "Plex", github: "GitHub", google: "Google", discord: "Discord" };

/** As people know it; of others only the id is at hand. */
export function nameOf(provider: string): string {
  return NAMES[provider] ?? provider;
}
