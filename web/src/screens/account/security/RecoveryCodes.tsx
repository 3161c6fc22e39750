import { Copy, Download, Printer } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { copy } from "@/ui/copy";
import { useToasts } from "@/ui/Toasts";

/** Shown this once: whoever goes on says that they are kept. */
export function RecoveryCodes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const [kept, setKept] = useState(false);
  const text = [t("me.codes.heading", { host: location.host }), "", ...codes, ""].join("\n");
  const download = () => {
    const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = "medianest-recovery-codes.txt";
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <div className="flex flex-col gap-4">
      <p className="text-soft">{t("me.codes.why")}</p>
      <div className="printed rounded-lg border border-line p-4">
        <p className="hidden print:mb-4 print:block">{t("me.codes.heading", { host: location.host })}</p>
        <ol className="grid gap-x-6 gap-y-1 font-mono text-sm sm:grid-cols-1">
          {codes.map((each) => (
            <li key={each} className="break-all">
              {each}
            </li>
          ))}
        </ol>
      </div>
      <div className="flex flex-wrap gap-2">
        {"clipboard" in navigator && (
          <Button onClick={() => void copy(text).then((done) => done && tell({ title: t("copied") }))}>
            <Copy aria-hidden className="size-5" />
            {t("copy")}
          </Button>
        )}
        <Button onClick={download}>
          <Download aria-hidden className="size-5" />
          {t("me.codes.download")}
        </Button>
        <Button onClick={() => window.print()}>
          <Printer aria-hidden className="size-5" />
          {t("me.codes.print")}
        </Button>
      </div>
      <Check checked={kept} onChange={(event) => setKept(event.target.checked)}>
        {t("me.codes.kept")}
      </Check>
      <Button look="main" disabled={!kept} onClick={done}>
        {t("me.codes.done")}
      </Button>
    </div>
  );
}
