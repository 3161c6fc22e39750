import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { early, pieces } from "./early.plugin.ts";
import { packed } from "./packed.plugin.ts";
import { worker } from "./worker.plugin.ts";

const portal = process.env["MEDIANEST_URL"] ?? "http://localhost:8585";
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const EARLY = {
  entry: here("./src/main.tsx"),
  screens: {
    home: {
      module: here("./src/screens/home/Home.tsx"),
      data: ["dashboard/stats", "services/status", "plex/on-deck?limit=20", "media/discover/trending", "notifications/count"],
    },
    "sign-in": { module: here("./src/screens/signin/SignIn.tsx"), data: ["auth/providers"] },
  },
  places: {
    "title/movie/$": { module: here("./src/screens/title/Title.tsx"), data: ["media/movie/$", "media/options/movie/$"] },
    "title/tv/$": { module: here("./src/screens/title/Title.tsx"), data: ["media/tv/$", "media/options/tv/$"] },
    requests: { module: here("./src/screens/requests/Requests.tsx"), data: ["media/requests/counts"] },
    "requests/$": { module: here("./src/screens/requests/Request.tsx"), data: ["media/requests/$"] },
    search: { module: here("./src/screens/search/Search.tsx"), data: [] },
    library: { module: here("./src/screens/library/Library.tsx"), data: ["plex/libraries"] },
    "item/$": { module: here("./src/screens/library/Item.tsx"), data: ["plex/items/$"] },
    youtube: { module: here("./src/screens/youtube/YouTube.tsx"), data: [] },
    services: { module: here("./src/screens/services/Services.tsx"), data: ["services/status"] },
    notifications: { module: here("./src/screens/inbox/Inbox.tsx"), data: ["notifications/count"] },
  },
  open: ["setup", "forgot-password", "reset", "confirm-email", "invite", "status"],
  words: { en: here("./src/i18n/en/index.ts"), de: here("./src/i18n/de/index.ts") },
};

export default defineConfig({
  // Found from wherever the portal is mounted: the gateway writes the `<base>` of each installation into the page.
  base: "./",
  plugins: [react(), tailwindcss(), worker(here("./src/worker/sw.ts")), early(EARLY), packed()],
  resolve: {
    alias: [
      { find: "@medianest/live", replacement: here("../clients/typescript/src/index.ts") },
      { find: /^@\//, replacement: here("./src/") },
    ],
  },
  build: {
    outDir: here("../services/gateway/src/medianest_gateway/page"),
    emptyOutDir: true,
    target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: pieces(EARLY), debugName: "early" }] } } },
  },
  // `npm run dev` beside a portal that runs: it only listens to pages of its own origin.
  server: { proxy: { "/api": { target: portal, ws: true, changeOrigin: true, headers: { origin: portal } } } },
  test: { environment: "jsdom", testTimeout: 60_000, setupFiles: ["./src/testing/setup.ts"] },
});
