import { SlidersHorizontal, X } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { lookingAt, narrowed, without, type ItemType, type Looking, type Narrow } from "@/screens/library/choice";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Select } from "@/ui/Select";
import { Sheet } from "@/ui/Sheet";

interface FiltersProps {
  library: string;
  kind: ItemType;
  looking: Looking;
  change: (next: Looking) => void;
}

/** What the list is narrowed to, each to be taken away by itself, and the form that narrows it. */
export function Filters({ library, kind, looking, change }: FiltersProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const by = narrowed(looking);
  return (
    <>
      <Sheet
        title={t("library.filters")}
        open={open}
        setOpen={setOpen}
        trigger={
          <Button className="px-3 sm:px-4">
            <SlidersHorizontal aria-hidden className="size-5" />
            <span className="max-[26rem]:sr-only">{t("library.filters")}</span>
            {by.length > 0 && <span className="rounded-full bg-accent px-2 text-sm text-accent-ink">{by.length}</span>}
          </Button>
        }
      >
        <Form
          library={library}
          kind={kind}
          looking={looking}
          change={(next) => {
            change(next);
            setOpen(false);
          }}
        />
      </Sheet>
      {by.map((name) => (
        <Chip key={name} name={name} looking={looking} drop={() => change(without(looking, name))} />
      ))}
    </>
  );
}

function Chip({ name, looking, drop }: { name: Narrow; looking: Looking; drop: () => void }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const value = looking[name];
  const words = t(`library.by.${name}`, { value: name === "ratingFrom" ? number(Number(value)) : String(value) });
  return (
    <Button look="plain" className="border-accent px-3 text-accent" onClick={drop} aria-label={t("library.without", { what: words })}>
      {words}
      <X aria-hidden className="size-4" />
    </Button>
  );
}

function Form({ library, kind, looking, change }: FiltersProps) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const filters = api.useQuery("get", "/api/v1/plex/libraries/{library_key}/filters", {
    params: { path: { library_key: library }, query: { type: kind } },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const said = Object.fromEntries([...new FormData(event.currentTarget)].filter(([, value]) => value !== ""));
    change(lookingAt({ ...without(looking, ...narrowed(looking)), ...said }));
  };
  const any = { value: "", label: t("library.any") };
  const named = (choices: { name: string; count?: number | null }[] | undefined, chosen: string | undefined) => {
    const all = choices ?? [];
    const missing = chosen && !all.some((each) => each.name === chosen) ? [{ name: chosen, count: null }] : [];
    return [
      any,
      ...[...missing, ...all].map((each) => ({ value: each.name, label: each.count ? `${each.name} (${number(each.count)})` : each.name })),
    ];
  };
  const { firstYear, lastYear } = filters.data ?? {};
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {filters.isError && <Failure error={filters.error} retry={() => void filters.refetch()} />}
      <Check name="unwatched" value="true" defaultChecked={looking.unwatched === true}>
        {t("library.by.unwatched")}
      </Check>
      <Select key={`g${filters.data !== undefined}`} label={t("library.genre")} name="genre" defaultValue={looking.genre ?? ""} options={named(filters.data?.genres, looking.genre)} />
      <Select
        key={`c${filters.data !== undefined}`}
        label={t("library.contentRating")}
        name="contentRating"
        defaultValue={looking.contentRating ?? ""}
        options={named(filters.data?.contentRatings, looking.contentRating)}
      />
      <div className="grid grid-cols-2 gap-3">
        <Field label={t("library.yearFrom")} name="yearFrom" type="number" inputMode="numeric" min={1} max={9999} placeholder={firstYear?.toString()} defaultValue={looking.yearFrom} />
        <Field label={t("library.yearTo")} name="yearTo" type="number" inputMode="numeric" min={1} max={9999} placeholder={lastYear?.toString()} defaultValue={looking.yearTo} />
      </div>
      <Select
        label={t("library.ratingFrom")}
        name="ratingFrom"
        defaultValue={looking.ratingFrom?.toString() ?? ""}
        options={[any, ...[9, 8, 7, 6, 5].map((value) => ({ value: String(value), label: t("library.by.ratingFrom", { value: number(value) }) }))]}
      />
      <div className="flex gap-3">
        <Button type="submit" look="main" className="flex-1">
          {t("library.apply")}
        </Button>
        <Button onClick={() => change(without(looking, ...narrowed(looking)))}>{t("library.clear")}</Button>
      </div>
    </form>
  );
}
