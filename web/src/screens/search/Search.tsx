import { getRouteApi } from "@tanstack/react-router";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { Discover } from "@/screens/discover/Discover";
import { onArrows } from "@/screens/search/arrows";
import { Catalogue } from "@/screens/search/Catalogue";
import { InLibrary } from "@/screens/search/InLibrary";
import { pastedLink } from "@/screens/search/links";
import { PastedLink } from "@/screens/search/PastedLink";
import { useRecent } from "@/screens/search/recent";
import { Recent } from "@/screens/search/Recent";
import { KINDS, type SearchFor } from "@/screens/search/routes";
import { SearchBox } from "@/screens/search/SearchBox";
import { Choices } from "@/ui/Choices";
import { useTitle } from "@/ui/Page";

const route = getRouteApi("/in/search");

/** One box for what can be asked for and what is there already. */
export function Search() {
  const { t } = useTranslation();
  const { q, type } = route.useSearch();
  const navigate = route.useNavigate();
  const { recent, remember, forget, forgetAll } = useRecent();
  const box = useRef<HTMLInputElement>(null);
  const results = useRef<HTMLDivElement>(null);
  useTitle(q ? t("search.titleOf", { asked: q }) : t("place.search"));
  const asked = q.trim();
  const pasted = pastedLink(asked);
  const set = (next: SearchFor) => void navigate({ search: next, replace: true, resetScroll: false });
  const setWords = (words: string) => set({ q: words, ...(type && { type }) });
  const goDown = () => results.current?.querySelector<HTMLAnchorElement>("a[href]")?.focus();
  const words = pasted?.what === "imdb" ? `imdb:${pasted.id}` : asked;
  return (
    <div className="flex flex-col gap-6">
      <h1 className="sr-only">{t("place.search")}</h1>
      <SearchBox ref={box} q={q} set={setWords} done={(words) => words.trim() && remember(words.trim())} goDown={goDown} />
      {!asked && <Recent recent={recent} use={setWords} forget={forget} forgetAll={forgetAll} />}
      {asked && (!pasted || pasted.what === "imdb") && (
        <Choices
          label={t("search.kinds")}
          options={(["all", ...KINDS] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))}
          value={type ?? "all"}
          choose={(next) => set({ q, ...(next !== "all" && { type: next }) })}
        />
      )}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the arrow keys only move among the links in it. */}
      <div
        ref={results}
        className="flex flex-col gap-8"
        onKeyDown={(event) => {
          if (event.key === "Escape") box.current?.focus();
          else if (asked) onArrows(event, () => box.current?.focus());
        }}
        onClick={(event) => asked && (event.target as Element).closest("a") && remember(asked)}
      >
        {pasted && pasted.what !== "imdb" && <PastedLink pasted={pasted} />}
        {asked && (!pasted || pasted.what === "imdb") && (
          <>
            {type !== "person" && !pasted && <InLibrary asked={asked} type={type} />}
            <Catalogue asked={words} shown={asked} type={type} />
          </>
        )}
        {!asked && <Discover />}
      </div>
    </div>
  );
}
