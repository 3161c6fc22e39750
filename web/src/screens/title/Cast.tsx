import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Poster } from "@/ui/Poster";
import { Shelf } from "@/ui/Shelf";

export function Cast({ title }: { title: Schemas["Title"] }) {
  const { t } = useTranslation();
  const people = [
    ...(title.cast ?? []).map((each) => ({ ...each, as: each.character })),
    ...(title.crew ?? []).map((each) => ({ ...each, as: each.job })),
  ];
  if (people.length === 0) return null;
  return (
    <Shelf title={t("title.cast")}>
      {people.map((person) => (
        <Link
          key={`${person.tmdbId}-${person.as}`}
          to="/person/$tmdbId"
          params={{ tmdbId: String(person.tmdbId) }}
          preload="intent"
          className="w-28 shrink-0 snap-start"
        >
          <Poster src={person.photoUrl} title={person.name} />
          <p className="mt-1 truncate font-medium">{person.name}</p>
          <p className="truncate text-sm text-soft">{person.as}</p>
        </Link>
      ))}
    </Shelf>
  );
}
