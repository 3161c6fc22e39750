import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { Badge, type Tone } from "@/ui/Badge";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { Skeleton } from "@/ui/Skeleton";
import { useSought } from "@/ui/useSought";

type Found = Schemas["SearchPage"]["items"][number];

const SHOWN = 6;
const TONES: Record<Schemas["RuleTried"]["fits"], Tone> = { yes: "good", no: "soft", unknown: "warn" };

/** What would become of somebody's request, before anybody makes it. */
export function TryRules() {
  const { t } = useTranslation();
  const people = api.useQuery("get", "/api/v1/admin/users", { params: { query: { limit: 100 } } });
  const [userId, setUserId] = useState("");
  const [words, setWords] = useState("");
  const { typed, setTyped } = useSought(words, setWords);
  const query = words.trim();
  const found = api.useQuery("get", "/api/v1/media/search", { params: { query: { query } } }, { enabled: query.length > 1 });
  const trying = api.useMutation("post", "/api/v1/media/rules/try");
  const titles = query.length > 1 ? (found.data?.items ?? []).filter(isTitle).slice(0, SHOWN) : [];
  const who = userId || people.data?.items[0]?.id;
  const [title, setTitle] = useState<string | null>(null);
  const attempt = (title: Schemas["SearchResult"]) => {
    if (!who) return;
    setTitle(title.title);
    trying.mutate({ body: { userId: who, mediaType: title.mediaType, tmdbId: title.tmdbId, seasons: title.mediaType === "tv" ? "all" : null, is4k: false } });
  };
  return (
    <div className="flex flex-col gap-4">
      <Select
        label={t("rules.person")}
        value={who ?? ""}
        choose={(id) => {
          setUserId(id);
          trying.reset();
        }}
        options={(people.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      />
      {people.isError && <Failure error={people.error} retry={() => void people.refetch()} />}
      <Field
        label={t("rules.tryTitle")}
        type="search"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setTitle(null);
          trying.reset();
        }}
      />
      {found.isError && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.isFetching && titles.length === 0 && <Skeleton className="h-24" />}
      <ul className="flex flex-col">
        {titles.map((title) => (
          <li key={`${title.mediaType}-${title.tmdbId}`}>
            <button type="button" onClick={() => attempt(title)} className="min-h-11 w-full truncate rounded-lg px-2 text-left hover:bg-line/50">
              {title.title} <span className="text-soft">{[t(`kind.${title.mediaType}`), title.year].filter(Boolean).join(" · ")}</span>
            </button>
          </li>
        ))}
      </ul>
      {trying.isError && <Failure error={trying.error} />}
      {trying.isPending && <Skeleton className="h-24" />}
      {trying.data && title && <Outcome title={title} outcome={trying.data} />}
    </div>
  );
}

function isTitle(found: Found): found is Schemas["SearchResult"] {
  return found.mediaType !== "person";
}

function Outcome({ title, outcome }: { title: string; outcome: Schemas["RulesOutcome"] }) {
  const { t } = useTranslation();
  return (
    <div role="status" className="flex flex-col gap-3 rounded-xl border border-line p-4">
      <h3 className="font-semibold">{title}</h3>
      <p className="font-medium">{outcome.refused ? t("rules.refused", { why: outcome.refused }) : t(`rules.outcome.${outcome.outcome}`)}</p>
      <ol className="flex flex-col gap-2 text-sm">
        {outcome.tried.map((rule) => (
          <li key={rule.id}>
            {rule.name} <Badge tone={TONES[rule.fits]}>{t(`rules.fits.${rule.fits}`)}</Badge>
            {rule.because && <span className="block text-soft">{rule.because}</span>}
          </li>
        ))}
      </ol>
    </div>
  );
}
