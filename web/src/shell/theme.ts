/** Light, dark, or as the device has it; kept on this device alone. */
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEPT = "medianest-theme";
const GROUND = { light: "#f6f7f9", dark: "#101318" };

export function theme(): Theme {
  const kept = localStorage.getItem(KEPT);
  return THEMES.find((each) => each === kept) ?? "system";
}

export function wear(next: Theme): void {
  if (next === "system") localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, next);
  dress();
}

/** Puts on what was chosen the last time. */
export function dress(): void {
  const chosen = theme();
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
  // The bar of the browser goes with it.
  for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    const own = meta.media.includes("dark") ? "dark" : "light";
    meta.content = GROUND[chosen === "system" ? own : chosen];
  }
}
