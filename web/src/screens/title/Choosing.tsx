import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { isAdmin, useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { bodyOf, exceeds, firstQuality, firstSeasons, isComplete, openSeasons, weight, wholeOnly, type Quality, type Wish } from "@/screens/title/asking";
import { ForWhom } from "@/screens/title/ForWhom";
import { NotAsked } from "@/screens/title/NotAsked";
import { SeasonChoice } from "@/screens/title/SeasonChoice";
import { useAsking } from "@/screens/title/useAsking";
import { Button } from "@/ui/Button";
import { Choices } from "@/ui/Choices";
import { LongField } from "@/ui/LongField";

type Options = Schemas["RequestOptions"];

/** What somebody wants of a title. It is kept when asking fails. */
export function Choosing({ title, options, done }: { title: Schemas["Title"]; options: Options; done: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const [noting, setNoting] = useState(false);
  const [wish, setWish] = useState<Wish>(() => {
    const quality = firstQuality(options);
    return { quality, seasons: firstSeasons(title, options, quality), note: "", userId: "", usesQuota: true };
  });
  const change = (part: Partial<Wish>) => setWish((now) => ({ ...now, ...part }));
  const asking = useAsking(title, done);
  const whole = title.mediaType === "tv" && wholeOnly(title, options);
  const tooMuch = exceeds(title, wish, options.quota);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        asking.mutate(bodyOf(title, wish, whole));
      }}
    >
      {options.standard.requestable && options.fourK.requestable && (
        <Choices<Quality>
          label={t("ask.quality")}
          options={[
            { value: "standard", label: t("ask.standard") },
            { value: "fourK", label: "4K" },
          ]}
          value={wish.quality}
          choose={(quality) => change({ quality, seasons: firstSeasons(title, options, quality) })}
        />
      )}
      {title.mediaType === "tv" && (
        <SeasonChoice
          title={title}
          options={options}
          open={openSeasons(title, options, wish.quality)}
          whole={whole}
          chosen={wish.seasons}
          choose={(seasons) => change({ seasons })}
        />
      )}
      {isAdmin(me) && <ForWhom wish={wish} change={change} preselected={options[wish.quality].preselected ?? null} />}
      {noting ? (
        <LongField
          label={t("ask.note")}
          rows={2}
          maxLength={500}
          autoFocus
          value={wish.note}
          onChange={(event) => change({ note: event.target.value })}
        />
      ) : (
        <Button look="link" className="-ml-4 self-start" onClick={() => setNoting(true)}>
          {t("ask.addNote")}
        </Button>
      )}
      {!wish.userId && <Left quota={options.quota} wanted={weight(title, wish)} type={title.mediaType} tooMuch={tooMuch} />}
      {asking.isError && <NotAsked error={asking.error} title={title} />}
      <div className="sticky bottom-0 flex gap-3 bg-raised pt-2">
        <Button look="main" type="submit" busy={asking.isPending} disabled={tooMuch || !isComplete(title, wish)} className="flex-1">
          {title.mediaType === "tv" && wish.seasons.size > 0 ? t("ask.doSeasons", { count: wish.seasons.size }) : t("ask.do")}
        </Button>
        <Button onClick={done}>{t("cancel")}</Button>
      </div>
    </form>
  );
}

interface LeftProps {
  quota: Options["quota"];
  wanted: number;
  type: Schemas["MediaType"];
  tooMuch: boolean;
}

/** Of what one may ask for, and when there will be more. */
function Left({ quota, wanted, type, tooMuch }: LeftProps) {
  const { t } = useTranslation();
  const { ago } = useFormats();
  if (quota.remaining === null || quota.limit === null) return null;
  const when = quota.resetsAt ? ago(quota.resetsAt) : null;
  return (
    <div aria-live="polite" className={tooMuch ? "text-sm text-bad" : "text-sm text-soft"}>
      <p>{t(`ask.left.${type}`, { count: quota.remaining, limit: quota.limit, days: quota.days })}</p>
      {tooMuch && type === "tv" && quota.remaining > 0 && <p>{t("ask.tooMuch", { count: wanted - quota.remaining })}</p>}
      {when && quota.remaining < quota.limit && <p>{t("ask.resets", { when })}</p>}
    </div>
  );
}
