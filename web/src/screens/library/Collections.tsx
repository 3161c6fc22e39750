import { Link, useNavigate } from "@tanstack/react-router";
import { Layers, Plus } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { usePages } from "@/api/pages";
import { Problem } from "@/api/problem";
import { isAdmin, useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { TYPES } from "@/screens/library/choice";
import { TitlePicker } from "@/screens/library/TitlePicker";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { plexPicture } from "@/ui/plexPicture";
import { Poster } from "@/ui/Poster";
import { said } from "@/ui/said";
import { Select } from "@/ui/Select";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/plex/collections";

export function Collections() {
  const { t } = useTranslation();
  const { number } = useFormats();
  const admin = isAdmin(useMe());
  const pages = usePages<Schemas["LibraryItem"]>(
    ["get", PATH, {}],
    async (cursor, signal) => (await http.GET(PATH, { params: { query: { limit: 60, cursor } }, signal })).data!,
  );
  return (
    <Page title={t("collections.title")} actions={admin && <Create />}>
      {pages.isError && <Failure error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isSuccess && pages.items.length === 0 && (
        <Empty icon={Layers} title={t("collections.none")}>
          {t("collections.noneWhy")} {admin && t("collections.noneAdmin")}
        </Empty>
      )}
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(6.5rem,1fr))] gap-4 sm:grid-cols-[repeat(auto-fill,minmax(10rem,1fr))]">
        {pages.isPending && Array.from({ length: 6 }, (_, place) => <Skeleton key={place} className="aspect-[2/3]" />)}
        {pages.items.map((each) => (
          <li key={each.ratingKey} className="min-w-0">
            <Link to="/collection/$ratingKey" params={{ ratingKey: each.ratingKey }} preload="intent" className="block rounded-lg">
              <Poster src={plexPicture(each.image, 160)} title={each.title} />
              <p className="mt-1 truncate font-medium">{each.title}</p>
              <p className="truncate text-sm text-soft">{t("collections.size", { count: each.childCount ?? 0, number: number(each.childCount ?? 0) })}</p>
            </Link>
          </li>
        ))}
      </ul>
      <More pages={pages} />
    </Page>
  );
}

function Create() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Sheet
      title={t("collections.create")}
      open={open}
      setOpen={setOpen}
      trigger={
        <Button look="main">
          <Plus aria-hidden className="size-5" /> {t("collections.create")}
        </Button>
      }
    >
      <Form />
    </Sheet>
  );
}

function Form() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const navigate = useNavigate();
  const libraries = api.useQuery("get", "/api/v1/plex/libraries");
  const possible = (libraries.data?.items ?? []).filter((each) => each.type in TYPES);
  const [library, setLibrary] = useState<string>();
  const [chosen, setChosen] = useState<Schemas["LibraryItem"][]>([]);
  const [lacking, setLacking] = useState(false);
  const inside = library ?? possible[0]?.key ?? "";
  const creating = api.useMutation("post", PATH, {
    onSuccess: async (made) => {
      tell({ title: t("collections.created", { title: made.title }) });
      await outdated("/api/v1/plex/");
      await navigate({ to: "/collection/$ratingKey", params: { ratingKey: made.ratingKey } });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setLacking(chosen.length === 0);
    if (chosen.length === 0) return;
    creating.mutate({ body: { title: said(event.currentTarget, "title").trim(), libraryKey: inside, ratingKeys: chosen.map((each) => each.ratingKey) } });
  };
  const wrong = creating.error instanceof Problem ? creating.error.fields : {};
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field label={t("collections.name")} name="title" required maxLength={200} wrong={wrong["title"]} autoComplete="off" />
      <Select
        label={t("collections.library")}
        value={inside}
        options={possible.map((each) => ({ value: each.key, label: each.title }))}
        choose={(key) => {
          setLibrary(key);
          setChosen([]);
        }}
      />
      <TitlePicker library={inside} type={possible.find((each) => each.key === inside)?.type ?? "movie"} chosen={chosen} choose={setChosen} />
      {lacking && (
        <p role="alert" className="text-sm text-bad">
          {t("collections.needsOne")}
        </p>
      )}
      {creating.isError && <Failure error={creating.error} />}
      <Button type="submit" look="main" busy={creating.isPending}>
        {t("collections.creating")}
      </Button>
    </form>
  );
}
