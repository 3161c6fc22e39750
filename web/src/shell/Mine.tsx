import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/session";

// Most visits do without it, and it brings what dialogs need.
const MineSheet = lazy(() => import("@/shell/MineSheet").then((loaded) => ({ default: loaded.MineSheet })));

/** Everything that is about the person, and the places that the bar of a phone has no room for. */
export function Mine() {
  const { t } = useTranslation();
  const me = useMe();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        aria-label={t("mine", { name: me.name })}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
        onPointerEnter={() => void import("@/shell/MineSheet")}
        className="inline-flex size-11 items-center justify-center rounded-full hover:bg-line/50"
      >
        <span aria-hidden className="inline-flex size-8 items-center justify-center rounded-full bg-accent font-semibold text-accent-ink">
          {[...me.name.trim()][0]?.toLocaleUpperCase()}
        </span>
      </button>
      {open && (
        <Suspense>
          <MineSheet close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
