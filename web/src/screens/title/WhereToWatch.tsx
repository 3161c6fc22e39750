import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { BASE } from "@/base";

const WAYS = ["stream", "rent", "buy"] as const;

/** Where else it can be had in the household's region. */
export function WhereToWatch({ places }: { places: Schemas["WhereToWatch"] | null }) {
  const { t } = useTranslation();
  if (!places || WAYS.every((way) => !places[way]?.length)) return null;
  return (
    <section aria-label={t("title.where")} className="flex flex-col gap-3">
      <h2 className="text-xl font-semibold">{t("title.where")}</h2>
      <dl className="flex flex-wrap gap-x-10 gap-y-4">
        {WAYS.filter((way) => places[way]?.length).map((way) => (
          <div key={way}>
            <dt className="mb-2 text-sm text-soft">{t(`title.${way}`)}</dt>
            <dd>
              <ul className="flex flex-wrap gap-x-4 gap-y-2">
                {places[way]?.map((provider) => (
                  <li key={provider.id} className="flex items-center gap-2">
                    <Logo src={provider.logoUrl} />
                    {provider.name}
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-sm text-soft">{t("title.justWatch", { region: places.region })}</p>
    </section>
  );
}

export function Logo({ src }: { src: string | null | undefined }) {
  return (
    <span className="size-8 shrink-0 overflow-hidden rounded-md bg-line">
      {src && <img src={`${BASE}${src}`} alt="" loading="lazy" className="size-full object-cover" />}
    </span>
  );
}
