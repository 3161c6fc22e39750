import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { creditsOf } from "@/screens/title/credits";
import { Button } from "@/ui/Button";
import { Choices } from "@/ui/Choices";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Poster } from "@/ui/Poster";
import { Skeleton } from "@/ui/Skeleton";
import { CardGrid, TitleCard } from "@/ui/TitleCard";

const route = getRouteApi("/in/person/$tmdbId");

export function Person() {
  const { t } = useTranslation();
  const { tmdbId } = route.useParams();
  const person = api.useQuery("get", "/api/v1/media/person/{tmdb_id}", { params: { path: { tmdb_id: Number(tmdbId) } } });
  if (person.isError && !person.data) return <Failure error={person.error} retry={() => void person.refetch()} />;
  if (person.isPending)
    return (
      <Page title={t("kind.person")}>
        <Skeleton className="aspect-[2/3] w-36 sm:w-56" />
        <CardGrid loading />
      </Page>
    );
  return <Known key={tmdbId} person={person.data} />;
}

function Known({ person }: { person: Schemas["PersonPage"] }) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const [kind, setKind] = useState<"all" | "movie" | "tv">("all");
  const credits = creditsOf(person.credits);
  const shown = credits.filter((each) => kind === "all" || each.mediaType === kind);
  const life = [
    person.birthday && t("person.born", { when: date(person.birthday) }),
    person.placeOfBirth,
    person.deathday && t("person.died", { when: date(person.deathday) }),
  ].filter(Boolean);
  return (
    <Page title={person.name}>
      <div className="flex flex-col gap-6 sm:flex-row">
        <Poster src={person.photoUrl} title={person.name} className="w-36 shrink-0 self-start sm:w-56" />
        <div className="flex max-w-prose min-w-0 flex-col gap-3">
          {life.length > 0 && <p className="text-soft">{life.join(" · ")}</p>}
          <Biography text={person.biography} />
        </div>
      </div>
      <section aria-labelledby="credits" className="flex flex-col gap-4">
        <h2 id="credits" className="text-xl font-semibold">
          {t("person.credits")}
        </h2>
        <Choices
          label={t("requests.type")}
          options={(["all", "movie", "tv"] as const).map((value) => ({
            value,
            label: t(`kinds.${value}`),
            count: credits.filter((each) => value === "all" || each.mediaType === value).length,
          }))}
          value={kind}
          choose={setKind}
        />
        <CardGrid>
          {shown.map((credit) => (
            <li key={`${credit.mediaType}-${credit.tmdbId}`}>
              <TitleCard title={credit} under={[credit.role, credit.year].filter(Boolean).join(" · ")} />
            </li>
          ))}
        </CardGrid>
      </section>
    </Page>
  );
}

const LONG = 600;

function Biography({ text }: { text: string }) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(text.length <= LONG);
  if (!text) return null;
  return (
    <>
      <p className={whole ? "whitespace-pre-line" : "line-clamp-6 whitespace-pre-line"}>{text}</p>
      {!whole && (
        <Button look="link" className="-ml-4 self-start" onClick={() => setWhole(true)}>
          {t("person.whole")}
        </Button>
      )}
    </>
  );
}
