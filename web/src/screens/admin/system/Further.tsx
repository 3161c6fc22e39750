import { ChevronRight } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** What few ever need, folded away until somebody asks for it, or until something in it matters. */
export function Further({ open, children }: { open: boolean; children: ReactNode }) {
  const { t } = useTranslation();
  const [mattered, setMattered] = useState(open);
  const [shown, setShown] = useState(open);
  // It is opened when something begins to matter, and folded by nobody but who reads it.
  if (open !== mattered) {
    setMattered(open);
    if (open) setShown(true);
  }
  return (
    <details open={shown} onToggle={(event) => setShown(event.currentTarget.open)} className="group rounded-lg border border-line">
      <summary className="flex min-h-11 cursor-pointer list-none items-center gap-2 px-3 font-medium [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 transition group-open:rotate-90" />
        {t("system.act.further")}
      </summary>
      <div className="flex flex-col gap-4 px-3 pt-1 pb-4">{children}</div>
    </details>
  );
}
