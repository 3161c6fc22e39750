import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { Problem } from "@/api/problem";
import { CATEGORIES, CODECS, FIELDS, FORMATS, LAYOUTS, named, profileOf, QUALITIES, SPONSOR_BLOCKS, SUBTITLE_KINDS } from "@/screens/youtube/profile";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { useToasts } from "@/ui/Toasts";

export function ProfileForm({ known, done }: { known?: Schemas["YoutubeProfile"]; done: () => void }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const libraries = api.useQuery("get", "/api/v1/plex/libraries");
  const [sponsorBlock, setSponsorBlock] = useState<Schemas["SponsorBlockAction"]>(known?.sponsorBlock ?? "none");
  const saving = useMutation({
    mutationFn: async (body: Schemas["YoutubeProfileBody"]) =>
      known
        ? (await http.PUT("/api/v1/youtube/profiles/{id}", { params: { path: { id: known.id } }, body })).data!
        : (await http.POST("/api/v1/youtube/profiles", { body })).data!,
    onSuccess: async (kept) => {
      tell({ title: t("profile.saved", { name: kept.name }) });
      await outdated("/api/v1/youtube/");
      done();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    saving.mutate(profileOf(new FormData(event.currentTarget)));
  };
  const wrong = saving.error instanceof Problem ? saving.error.fields : {};
  const shelves = (libraries.data?.items ?? []).filter((each) => each.type === "show" || each.type === "movie");
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field label={t("collections.name")} name="name" required maxLength={60} defaultValue={known?.name} wrong={wrong["name"]} autoComplete="off" />
      <Check name="isDefault" defaultChecked={known?.isDefault}>
        {t("profile.makeDefault")}
      </Check>
      <div className="grid gap-3 sm:grid-cols-2">
        <Select label={t("youtube.quality")} name="quality" defaultValue={known?.quality ?? "1080p"} options={QUALITIES.map((value) => ({ value, label: value === "best" ? t("youtube.best") : value }))} />
        <Select label={t("profile.codec")} name="codec" defaultValue={known?.codec ?? "h264"} options={CODECS.map((value) => ({ value, label: t(`profile.codecs.${value}`) }))} />
        <Select label={t("profile.format")} name="format" defaultValue={known?.format ?? "mp4"} options={FORMATS.map((value) => ({ value, label: t(`profile.formats.${value}`) }))} />
        <Select label={t("profile.layout")} name="layout" defaultValue={known?.layout ?? "show"} options={LAYOUTS.map((value) => ({ value, label: t(`profile.layouts.${value}`) }))} />
      </div>
      <Select
        key={`l${libraries.data !== undefined}`}
        label={t("profile.library")}
        name="libraryKey"
        defaultValue={known?.libraryKey ?? ""}
        options={[{ value: "", label: t("profile.byFolder") }, ...shelves.map((each) => ({ value: each.key, label: each.title }))]}
      />
      <Naming known={known?.naming ?? ""} wrong={wrong["naming"]} />
      <Field label={t("item.subtitles")} hint={t("profile.subtitlesHint")} name="subtitles" defaultValue={known?.subtitles?.join(", ")} wrong={wrong["subtitles"]} placeholder="de, en" />
      <Select label={t("profile.subtitleKind")} name="subtitleKind" defaultValue={known?.subtitleKind ?? "embedded"} options={SUBTITLE_KINDS.map((value) => ({ value, label: t(`profile.subtitleKinds.${value}`) }))} />
      <Check name="automaticSubtitles" defaultChecked={known?.automaticSubtitles}>
        {t("profile.automaticSubtitles")}
      </Check>
      <Select label="SponsorBlock" name="sponsorBlock" value={sponsorBlock} choose={setSponsorBlock} hint={t("profile.sponsorBlockHint")} options={SPONSOR_BLOCKS.map((value) => ({ value, label: t(`profile.sponsorBlocks.${value}`) }))} />
      <fieldset hidden={sponsorBlock === "none"} className="grid sm:grid-cols-2">
        <legend className="mb-1 font-medium">{t("profile.categories")}</legend>
        {CATEGORIES.map((each) => (
          <Check key={each} name={`category.${each}`} defaultChecked={(known?.sponsorBlockCategories ?? ["sponsor", "selfpromo"]).includes(each)}>
            {t(`profile.category.${each}`)}
          </Check>
        ))}
      </fieldset>
      <Check name="embedThumbnail" defaultChecked={known?.embedThumbnail ?? true}>
        {t("profile.embedThumbnail")}
      </Check>
      <Check name="nfo" defaultChecked={known?.nfo}>
        {t("profile.nfo")}
      </Check>
      {saving.isError && <Failure error={saving.error} />}
      <Button type="submit" look="main" busy={saving.isPending}>
        {t("subscription.save")}
      </Button>
    </form>
  );
}

function Naming({ known, wrong }: { known: string; wrong?: string | undefined }) {
  const { t } = useTranslation();
  const [template, setTemplate] = useState(known);
  const seen = named(template);
  return (
    <div className="flex flex-col gap-1">
      <Field
        label={t("profile.naming")}
        hint={t("profile.namingHint", { fields: FIELDS.map((each) => `{${each}}`).join(" ") })}
        name="naming"
        maxLength={300}
        value={template}
        onChange={(event) => setTemplate(event.target.value)}
        wrong={"unknown" in seen ? t("profile.unknownField", { field: `{${seen.unknown}}` }) : wrong}
        autoComplete="off"
        spellCheck={false}
      />
      {template && "name" in seen && (
        <p aria-live="polite" className="text-sm break-words">
          <span className="text-soft">{t("profile.example")}: </span>
          {seen.name}
        </p>
      )}
    </div>
  );
}
