import { youtubeLink } from "@/screens/youtube/links";

/** What somebody has pasted instead of typing a name. */
export type Pasted =
  | { what: "title"; type: "movie" | "tv"; tmdbId: string }
  | { what: "person"; tmdbId: string }
  | { what: "imdb"; id: string }
  | { what: "youtube"; link: string };

const YOUTUBE = new Set(["youtube.com", "m.youtube.com", "music.youtube.com", "youtu.be", "youtube-nocookie.com"]);

export function pastedLink(text: string): Pasted | null {
  const bare = text.trim();
  if (/^tt\d{7,10}$/i.test(bare)) return { what: "imdb", id: bare.toLowerCase() };
  const url = asUrl(bare);
  if (!url) return null;
  const host = url.hostname.replace(/^www\./, "");
  if (YOUTUBE.has(host)) {
    const link = youtubeLink(url.href);
    return link ? { what: "youtube", link } : null;
  }
  if (host === "imdb.com" || host === "m.imdb.com") {
    const id = /\/title\/(tt\d{7,10})\b/.exec(url.pathname)?.[1];
    return id ? { what: "imdb", id } : null;
  }
  if (host === "themoviedb.org") {
    const [, type, id] = /\/(movie|tv|person)\/(\d+)/.exec(url.pathname) ?? [];
    if (!type || !id) return null;
    return type === "person" ? { what: "person", tmdbId: id } : { what: "title", type: type as "movie" | "tv", tmdbId: id };
  }
  return null;
}

function asUrl(text: string): URL | null {
  if (/\s/.test(text) || !text.includes(".")) return null;
  try {
    return new URL(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  } catch {
    return null;
  }
}
