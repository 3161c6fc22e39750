import { useMutation, useQueryClient } from "@tanstack/react-query";
import { BellRing } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { ability, browserName, enterBrowser, isHere, leaveBrowser } from "@/worker/browser";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";

/** Messages on this very device, even while the page is closed. */
export function ThisBrowser({ publicKey, channels }: { publicKey: string; channels: Schemas["Channel"][] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [can, setCan] = useState(ability);
  const mine = channels.find((each) => isHere(each.id) && each.state === "active");
  const again = () => queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/api/v1/notifications/") });
  const { browser, system } = browserName();
  const name = system ? t("channels.browserOn", { browser, system }) : browser;
  const entering = useMutation({
    mutationFn: async () => {
      // One that the portal has given up is in the way of a new one.
      const old = channels.find((each) => isHere(each.id));
      if (old) await http.DELETE("/api/v1/notifications/channels/{id}", { params: { path: { id: old.id } } });
      return await enterBrowser(publicKey, name);
    },
    onSettled: () => {
      setCan(ability());
      return again();
    },
  });
  const leaving = useMutation({
    mutationFn: async (id: string) => {
      await http.DELETE("/api/v1/notifications/channels/{id}", { params: { path: { id } } });
      await leaveBrowser();
    },
    onSettled: again,
  });
  return (
    <div className="flex flex-col gap-3 rounded-lg border border-line p-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="flex min-w-0 flex-1 basis-60 gap-3">
          <BellRing aria-hidden className="mt-0.5 size-6 shrink-0 text-accent" />
          <div className="min-w-0">
            <p className="font-medium">{t("channels.here")}</p>
            <p className="text-sm text-soft">{t(mine ? "channels.hereOn" : can === "can" ? "channels.hereOff" : `channels.cannot.${can}`)}</p>
          </div>
        </div>
        {mine ? (
          <Button busy={leaving.isPending} onClick={() => leaving.mutate(mine.id)}>
            {t("channels.hereStop")}
          </Button>
        ) : (
          can === "can" && (
            <Button look="main" busy={entering.isPending} onClick={() => entering.mutate()}>
              {t("channels.hereStart")}
            </Button>
          )
        )}
      </div>
      {can === "denied" && <p className="text-sm text-soft">{t(`channels.allow.${allowIn(browser)}`)}</p>}
      {entering.isError && <Failure error={entering.error} />}
      {leaving.isError && <Failure error={leaving.error} />}
    </div>
  );
}

/** Where each browser keeps what it was told once. */
function allowIn(browser: string): "chrome" | "firefox" | "safari" | "any" {
  if (["Chrome", "Edge", "Opera", "Samsung Internet"].includes(browser)) return "chrome";
  if (browser === "Firefox") return "firefox";
  return browser === "Safari" ? "safari" : "any";
}
