import "@/styles.css";

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";

import { queries } from "@/api/client";
import { report, reportUncaught } from "@/api/reports";
import { sessionEnded, wasSignedIn } from "@/api/session";
import { onSignedOut } from "@/api/transport";
import { speak, speakOfRefusals } from "@/i18n";
import { router } from "@/router";
import { inApp } from "@/shell/links";
import { dress } from "@/shell/theme";
import { work } from "@/worker/work";

// The dialogs set styles of their own; the policy of the page lets only those in that know this.
setNonce(document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "");
dress();
reportUncaught();

onSignedOut((why) => {
  if (!wasSignedIn()) return;
  sessionEnded(why.code);
  void router.invalidate();
});

// Shown in words by the router; whoever looks at the console sees them, too.
const told = (error: unknown) => {
  console.error(error);
  report(error);
};

// Not awaited at the top: the screens import from the file that this is built into, and would wait for it in turn.
void begin();

async function begin(): Promise<void> {
  await speak();
  // What the document shows meanwhile stays until there is something to show in its place.
  await router.load();
  createRoot(document.getElementById("root")!, { onCaughtError: told, onUncaughtError: told }).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Suspense>
          <RouterProvider router={router} />
        </Suspense>
      </QueryClientProvider>
    </StrictMode>,
  );
  void speakOfRefusals().catch(() => undefined);
  work((link) => void router.navigate({ to: inApp(link) }));
}
