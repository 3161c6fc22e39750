import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";

type Version = Schemas["MediaVersion"];

/** What Plex holds of it: how sharp, which sound, which subtitles; for administrators also where. */
export function Versions({ media }: { media: Version[] }) {
  const { t } = useTranslation();
  if (media.length === 0) return null;
  return (
    <section aria-label={t("item.versions")}>
      <h2 className="mb-3 text-xl font-semibold">{t("item.versions")}</h2>
      <ul className="flex max-w-3xl flex-col gap-3">
        {media.map((version, place) => (
          <li key={place} className="rounded-xl border border-line bg-raised p-4">
            <One version={version} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function One({ version }: { version: Version }) {
  const { t } = useTranslation();
  const { bytes, list } = useFormats();
  const picture = [
    resolution(version.resolution),
    version.hdr,
    version.videoCodec?.toUpperCase(),
    version.container?.toUpperCase(),
    version.sizeBytes ? bytes(version.sizeBytes) : null,
  ];
  const audio = (version.audio ?? []).map((each) => [each.title ?? each.language, channels(each.channels), each.codec?.toUpperCase()].filter(Boolean).join(" "));
  const subtitles = (version.subtitles ?? []).map((each) =>
    [each.title ?? each.language ?? "?", each.isForced && `(${t("item.forced")})`].filter(Boolean).join(" "),
  );
  return (
    <>
      <p className="font-medium">{picture.filter(Boolean).join(" · ")}</p>
      {audio.length > 0 && (
        <p className="mt-1 text-sm text-soft">
          {t("item.audio")}: {list(audio)}
        </p>
      )}
      {subtitles.length > 0 && (
        <p className="mt-1 text-sm text-soft">
          {t("item.subtitles")}: {list(subtitles)}
        </p>
      )}
      {(version.files ?? []).map((file) => (
        <p key={file} className="mt-1 font-mono text-xs break-all text-soft">
          {file}
        </p>
      ))}
    </>
  );
}

function resolution(said: string | null | undefined): string | null {
  if (!said) return null;
  return /^\d+$/.test(said) ? `${said}p` : said.toUpperCase();
}

function channels(count: number | null | undefined): string | null {
  if (!count) return null;
  return count > 2 ? `${count - 1}.1` : `${count}.0`;
}
