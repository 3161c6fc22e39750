import { RefreshCw } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/Button";
import { newVersion } from "@/worker/work";

/** The portal has been upgraded while this page was open. Nobody is interrupted: whoever is ready loads it anew. */
export function NewVersion() {
  const { t } = useTranslation();
  const isThere = useSyncExternalStore(newVersion.subscribe, newVersion.isThere);
  return (
    <div role="status" className="fixed inset-x-3 bottom-20 z-40 flex justify-center empty:hidden md:bottom-4">
      {isThere && (
        <div className="flex items-center gap-4 rounded-xl border border-line bg-raised p-3 pl-4 shadow-lg">
          <span className="text-sm">{t("newVersion.there")}</span>
          <Button look="main" onClick={newVersion.show}>
            <RefreshCw aria-hidden className="size-5" />
            {t("newVersion.reload")}
          </Button>
        </div>
      )}
    </div>
  );
}
