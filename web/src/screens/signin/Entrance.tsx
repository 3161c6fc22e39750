import { useTranslation } from "react-i18next";
import type { ReactNode } from "react";

import { LANGUAGES, speakIn } from "@/i18n";
import { useTitle } from "@/ui/Page";
import { Select } from "@/ui/Select";

/** The frame of everything that is seen before one is in. */
export function Entrance({ title, hint, children }: { title: string; hint?: ReactNode; children: ReactNode }) {
  const { t, i18n } = useTranslation();
  useTitle(title);
  return (
    <div className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-6 px-4 py-8">
      <p aria-hidden className="text-center text-lg font-semibold text-accent">
        MediaNest
      </p>
      <main className="flex flex-col gap-5 rounded-2xl border border-line bg-raised p-5 sm:p-8">
        <div className="flex flex-col gap-2">
          <h1 className="text-2xl font-semibold text-balance">{title}</h1>
          {hint && <div className="text-soft">{hint}</div>}
        </div>
        {children}
      </main>
      <footer className="mx-auto">
        <Select
          label={t("language")}
          quiet
          value={i18n.language}
          choose={(language) => void speakIn(language)}
          options={LANGUAGES.map((each) => ({ value: each, label: nameIn(each) }))}
        />
      </footer>
    </div>
  );
}

/** Each language by its own name, so that whoever speaks it finds it. */
function nameIn(language: string): string {
  return new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;
}
