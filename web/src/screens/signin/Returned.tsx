import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { heardOut, useNews } from "@/screens/signin/news";
import { nameOf } from "@/screens/signin/providerNames";
import { useReason } from "@/screens/signin/reasons";
import { Button } from "@/ui/Button";
import { useToasts } from "@/ui/Toasts";

const Sheet = lazy(() => import("@/ui/Sheet").then((loaded) => ({ default: loaded.Sheet })));

/** What has come of linking an account elsewhere, for somebody who is signed in. */
export function Returned() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const reason = useReason();
  const news = useNews();
  const linked = news?.kind === "linked" ? news.provider : null;
  useEffect(() => {
    if (linked === null) return;
    tell({ title: t("signIn.linked", { provider: nameOf(linked) }) });
    heardOut();
  }, [linked, tell, t]);
  const failed = news?.kind === "failed" ? news : null;
  if (!failed) return null;
  return (
    <Suspense>
      <Sheet title={t("signIn.notLinked")} open setOpen={heardOut}>
        <p>{reason(failed.code)}</p>
        <Button look="main" onClick={heardOut}>
          {t("signIn.understood")}
        </Button>
      </Sheet>
    </Suspense>
  );
}
