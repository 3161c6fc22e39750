import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { useFormats } from "@/i18n/formats";
import { ProfileForm } from "@/screens/youtube/ProfileForm";
import { YouTubePage } from "@/screens/youtube/YouTubePage";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";

type Profile = Schemas["YoutubeProfile"];

/** In which quality and form videos are downloaded, and where they lie. */
export function Profiles() {
  const { t } = useTranslation();
  const profiles = api.useQuery("get", "/api/v1/youtube/profiles");
  return (
    <YouTubePage actions={<Edit />}>
      <p className="max-w-prose text-soft">{t("profile.what")}</p>
      {profiles.isError && <Failure error={profiles.error} retry={() => void profiles.refetch()} />}
      <ul className="grid gap-3 lg:grid-cols-2">
        {profiles.isPending && Array.from({ length: 3 }, (_, place) => <Skeleton key={place} className="h-40" />)}
        {profiles.data?.items.map((each) => (
          <One key={each.id} profile={each} />
        ))}
      </ul>
    </YouTubePage>
  );
}

function One({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const { number, list } = useFormats();
  const facts = [
    profile.quality === "best" ? t("youtube.best") : t("profile.upTo", { quality: profile.quality ?? "" }),
    profile.codec && profile.codec !== "any" ? t(`profile.codecs.${profile.codec}`) : null,
    (profile.format ?? "").toUpperCase(),
    profile.subtitles?.length ? `${t("item.subtitles")}: ${list(profile.subtitles)}` : null,
    profile.sponsorBlock && profile.sponsorBlock !== "none" ? `SponsorBlock: ${t(`profile.sponsorBlocks.${profile.sponsorBlock}`)}` : null,
    t(`profile.layouts.${profile.layout ?? "show"}`),
  ];
  return (
    <li className="flex flex-col gap-2 rounded-xl border border-line bg-raised p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <h2 className="text-lg font-semibold break-words">{profile.name}</h2>
        {profile.isDefault && <Badge tone="good">{t("profile.isDefault")}</Badge>}
      </div>
      <p className="text-sm text-soft">{facts.filter(Boolean).join(" · ")}</p>
      <p className="text-sm text-soft">{t("youtube.videos", { count: profile.downloads, number: number(profile.downloads) })}</p>
      <div className="mt-auto flex flex-wrap gap-2">
        <Edit known={profile} />
        {!profile.isDefault && (
          <Confirm
            title={t("profile.delete")}
            act={t("profile.delete")}
            trigger={
              <Button look="quiet" className="px-3" aria-label={`${t("profile.delete")}: ${profile.name}`}>
                <Trash2 aria-hidden className="size-5" />
              </Button>
            }
            onConfirm={async () => {
              await http.DELETE("/api/v1/youtube/profiles/{id}", { params: { path: { id: profile.id } } });
              await outdated("/api/v1/youtube/");
            }}
          >
            {t("profile.deleteWhy", { name: profile.name })}
          </Confirm>
        )}
      </div>
    </li>
  );
}

function Edit({ known }: { known?: Profile }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Sheet
      title={known ? known.name : t("profile.new")}
      open={open}
      setOpen={setOpen}
      trigger={
        known ? (
          <Button className="px-3" aria-label={`${t("collections.edit")}: ${known.name}`}>
            <Pencil aria-hidden className="size-5" /> {t("collections.edit")}
          </Button>
        ) : (
          <Button look="main">
            <Plus aria-hidden className="size-5" /> {t("profile.new")}
          </Button>
        )
      }
    >
      <ProfileForm {...(known && { known })} done={() => setOpen(false)} />
    </Sheet>
  );
}
