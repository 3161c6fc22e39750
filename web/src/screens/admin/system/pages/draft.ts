import type { Schemas } from "@/api/client";

type StatusPage = Schemas["StatusPage"];

export interface Shown {
  monitorId: string;
  shownAs: string;
  heading: string;
}

export interface PageDraft {
  title: string;
  slug: string;
  description: string;
  published: boolean;
  monitors: Shown[];
}

export const NEW_PAGE: PageDraft = { title: "", slug: "", description: "", published: false, monitors: [] };

export function draftOf(page: StatusPage): PageDraft {
  return {
    title: page.title,
    slug: page.slug,
    description: page.description ?? "",
    published: page.published,
    monitors: page.monitors.map(({ monitorId, shownAs, heading }) => ({ monitorId, shownAs: shownAs ?? "", heading: heading ?? "" })),
  };
}

export function bodyOf(draft: PageDraft): Schemas["StatusPageBody"] {
  return {
    title: draft.title.trim(),
    slug: draft.slug.trim(),
    description: draft.description.trim() || null,
    published: draft.published,
    monitors: draft.monitors.map(({ monitorId, shownAs, heading }) => ({
      monitorId,
      shownAs: shownAs.trim() || null,
      heading: heading.trim() || null,
    })),
  };
}

const LETTERS: Record<string, string> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss" };

/** What a title becomes in an address. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[äöüß]/g, (letter) => LETTERS[letter]!)
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, "");
}

/** The title with the name that follows it, for as long as nobody has chosen another. */
export function titled(draft: PageDraft, title: string): PageDraft {
  return { ...draft, title, slug: draft.slug === slugOf(draft.title) ? slugOf(title) : draft.slug };
}
