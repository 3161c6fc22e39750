import type { Schemas } from "@/api/client";

type Body = Schemas["YoutubeProfileBody"];

export const QUALITIES = ["best", "2160p", "1440p", "1080p", "720p", "480p", "360p"] as const satisfies readonly Schemas["Quality"][];
export const CODECS = ["any", "h264", "vp9", "av1"] as const satisfies readonly Schemas["VideoCodec"][];
export const FORMATS = ["mp4", "mkv", "webm", "m4a", "mp3", "opus"] as const satisfies readonly Schemas["MediaFormat"][];
export const LAYOUTS = ["show", "playlist_show", "video"] as const satisfies readonly Schemas["Layout"][];
export const SPONSOR_BLOCKS = ["none", "mark", "cut"] as const satisfies readonly Schemas["SponsorBlockAction"][];
export const CATEGORIES = ["sponsor", "selfpromo", "interaction", "intro", "outro", "preview", "filler", "music_offtopic"] as const satisfies readonly Schemas["SponsorBlockCategory"][];
export const SUBTITLE_KINDS = ["embedded", "files"] as const satisfies readonly Schemas["SubtitleKind"][];
export const FIELDS = ["title", "channel", "id", "season", "episode", "year", "month", "day", "date", "playlist"] as const;

/** A profile out of its form. */
export function profileOf(form: FormData): Body {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  return {
    name: text("name"),
    isDefault: form.has("isDefault"),
    quality: text("quality") as Schemas["Quality"],
    codec: text("codec") as Schemas["VideoCodec"],
    format: text("format") as Schemas["MediaFormat"],
    subtitles: text("subtitles").split(/[\s,]+/).filter(Boolean),
    subtitleKind: text("subtitleKind") as Schemas["SubtitleKind"],
    automaticSubtitles: form.has("automaticSubtitles"),
    sponsorBlock: text("sponsorBlock") as Schemas["SponsorBlockAction"],
    sponsorBlockCategories: CATEGORIES.filter((each) => form.has(`category.${each}`)),
    embedThumbnail: form.has("embedThumbnail"),
    nfo: form.has("nfo"),
    layout: text("layout") as Schemas["Layout"],
    naming: text("naming") || null,
    libraryKey: text("libraryKey") || null,
  };
}

const SAMPLE: Record<string, string> = {
  title: "A soup for November",
  channel: "An Old Kitchen",
  id: "dQw4w9WgXcQ",
  season: "2024",
  episode: "030501",
  year: "2024",
  month: "03",
  day: "05",
  date: "2024-03-05",
  playlist: "Winter kitchen",
};

/** What a template for names makes of a video, or which of its fields nobody knows. */
export function named(template: string): { name: string } | { unknown: string } {
  const unknown = [...template.matchAll(/\{([^}]*)\}/g)].map((found) => found[1] ?? "").find((field) => !(field in SAMPLE));
  if (unknown !== undefined) return { unknown };
  return { name: template.replace(/\{(\w+)\}/g, (_, field: string) => SAMPLE[field] ?? "") };
}
