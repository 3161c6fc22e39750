import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useNoticeWords } from "@/i18n/notices";
import { TemplateEditor } from "@/screens/admin/templates/TemplateEditor";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Select } from "@/ui/Select";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/admin/notifications/templates";

/** What each notification says, in each language: the built-in words, or the household's own. */
export function Templates() {
  const { t, i18n } = useTranslation();
  const words = useNoticeWords();
  const titleOf = ({ type, channel }: Schemas["Template"]) => {
    const { title } = words({ type, title: type, meaning: "" });
    return channel === "any" ? title : `${title} · ${channel}`;
  };
  const [locale, setLocale] = useState<Schemas["Language"]>(i18n.language === "de" ? "de" : "en");
  const [chosen, setChosen] = useState<string | null>(null);
  const all = api.useQuery("get", PATH, { params: { query: { locale } } });
  const items = all.data?.items ?? [];
  const template = items.find((each) => nameOf(each) === chosen) ?? items[0];
  return (
    <Page title={t("admin.places.templates")} narrow>
      <p className="-mt-4 text-soft">{t("templates.hint")}</p>
      <div className="grid items-start gap-4 sm:grid-cols-[1fr_auto]">
        <Select<string>
          label={t("templates.message")}
          value={template ? nameOf(template) : ""}
          choose={setChosen}
          options={items.map((each) => ({ value: nameOf(each), label: `${titleOf(each)}${each.own ? ` (${t("templates.own")})` : ""}` }))}
        />
        <Select<Schemas["Language"]>
          label={t("language")}
          value={locale}
          choose={setLocale}
          options={[
            { value: "en", label: "English" },
            { value: "de", label: "Deutsch" },
          ]}
        />
      </div>
      {all.isError && <Failure error={all.error} retry={() => void all.refetch()} />}
      {all.isPending && <Skeleton className="h-96 rounded-xl" />}
      {template && <TemplateEditor key={`${nameOf(template)} ${template.locale} ${template.own?.version}`} template={template} />}
    </Page>
  );
}

function nameOf(template: Schemas["Template"]): string {
  return `${template.type} ${template.channel}`;
}
