import { Check, Plus, X } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { TYPES } from "@/screens/library/choice";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { plexPicture } from "@/ui/plexPicture";
import { Poster } from "@/ui/Poster";

type Item = Schemas["LibraryItem"];

interface TitlePickerProps {
  library: string;
  type: string;
  chosen: Item[];
  choose: (chosen: Item[]) => void;
  /** What is there already. */
  without?: ReadonlySet<string>;
}

/** Titles of one library, looked for by name and collected. */
export function TitlePicker({ library, type, chosen, choose, without = new Set() }: TitlePickerProps) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const query = useDeferredValue(words.trim());
  const kind = TYPES[type]?.[0];
  const found = api.useQuery(
    "get",
    "/api/v1/plex/search",
    { params: { query: { query, limit: 30, ...(kind && { type: kind }) } } },
    { enabled: query.length > 0, placeholderData: (before) => before },
  );
  const items = query ? (found.data?.items ?? []).filter((each) => each.libraryKey === library && !without.has(each.ratingKey)) : [];
  const has = (item: Item) => chosen.some((each) => each.ratingKey === item.ratingKey);
  const toggle = (item: Item) => choose(has(item) ? chosen.filter((each) => each.ratingKey !== item.ratingKey) : [...chosen, item]);
  return (
    <div className="flex flex-col gap-3">
      <Field
        label={t("collections.items")}
        hint={chosen.length ? t("collections.chosen", { count: chosen.length }) : t("collections.itemsHint")}
        type="search"
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
      />
      {chosen.length > 0 && (
        <ul className="flex flex-wrap gap-2">
          {chosen.map((each) => (
            <li key={each.ratingKey}>
              <button
                type="button"
                onClick={() => toggle(each)}
                aria-label={t("collections.removeIt", { title: each.title })}
                className="inline-flex min-h-9 items-center gap-2 rounded-full border border-accent px-3 text-sm text-accent"
              >
                {each.title} <X aria-hidden className="size-4" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {found.isError && <Failure error={found.error} />}
      {query && found.isSuccess && items.length === 0 && <p className="text-sm text-soft">{t("collections.nothingFound")}</p>}
      <ul className="flex max-h-72 flex-col overflow-y-auto">
        {items.map((each) => (
          <li key={each.ratingKey}>
            <button type="button" aria-pressed={has(each)} onClick={() => toggle(each)} className="flex min-h-14 w-full items-center gap-3 rounded-lg px-1 text-left hover:bg-line/50">
              <Poster src={plexPicture(each.image, 40)} title="" className="w-8 shrink-0" />
              <span className="min-w-0 flex-1 truncate">
                {each.title} <span className="text-soft">{each.year}</span>
              </span>
              {has(each) ? <Check aria-hidden className="size-5 text-accent" /> : <Plus aria-hidden className="size-5 text-soft" />}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
