import type { Schemas } from "@/api/client";

export type Rule = Schemas["ApprovalRule"];

const number = (text: string) => (text.trim() === "" ? null : Number(text));

/** What a form says; an empty field fits everything. */
export function ruleBody(form: FormData, genres: string): Schemas["RuleBody"] {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const mediaType = (text("mediaType") || null) as Schemas["MediaType"] | null;
  const seasons = mediaType !== "movie";
  return {
    name: text("name"),
    action: text("action") as Schemas["RuleAction"],
    enabled: form.get("enabled") !== null,
    role: (text("role") || null) as Schemas["Role"] | null,
    userId: text("userId") || null,
    mediaType,
    is4k: text("is4k") === "" ? null : text("is4k") === "yes",
    genres: genres
      .split(",")
      .map((each) => each.trim())
      .filter(Boolean),
    yearFrom: number(text("yearFrom")),
    yearTo: number(text("yearTo")),
    minSeasons: seasons ? number(text("minSeasons")) : null,
    maxSeasons: seasons ? number(text("maxSeasons")) : null,
  };
}

/** The same list with one moved up or down by a place; itself where there is no place. */
export function moved<T>(list: readonly T[], from: number, by: 1 | -1): readonly T[] {
  const to = from + by;
  if (to < 0 || to >= list.length) return list;
  const next = [...list];
  [next[from], next[to]] = [next[to]!, next[from]!];
  return next;
}
