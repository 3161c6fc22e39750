import { Link } from "@tanstack/react-router";
import { ChevronDown, LifeBuoy } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type en from "@/i18n/en/help.json";
import { isAdmin, useMe } from "@/api/session";
import { fits } from "@/screens/help/find";
import { GROUPS, type Topic } from "@/screens/help/topics";
import { buttonLook } from "@/ui/Button";
import { Empty } from "@/ui/Empty";
import { Field } from "@/ui/Field";
import { Page } from "@/ui/Page";

type Name = keyof typeof en.help.topics;
type Group = keyof typeof en.help.groups;

/** Answers to what people ask, each with the way to where it is done. */
export function Help() {
  const { t } = useTranslation();
  const me = useMe();
  const [typed, setTyped] = useState("");
  const found = GROUPS.filter((group) => !group.admins || isAdmin(me))
    .map((group) => ({
      ...group,
      topics: group.topics.filter(({ name }) => fits(`${t(`help.topics.${name as Name}.q`)} ${t(`help.topics.${name as Name}.a`)}`, typed)),
    }))
    .filter((group) => group.topics.length > 0);
  const count = found.reduce((sum, group) => sum + group.topics.length, 0);
  return (
    <Page title={t("help.title")} narrow>
      <Field label={t("help.search")} type="search" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
      <p role="status" className="sr-only">
        {typed.trim() && t("help.found", { count })}
      </p>
      {count === 0 && (
        <Empty icon={LifeBuoy} title={t("help.none")}>
          {t("help.noneHint")}
        </Empty>
      )}
      {found.map((group) => (
        <section key={group.name} aria-labelledby={`help-${group.name}`}>
          <h2 id={`help-${group.name}`} className="mb-2 text-lg font-semibold">
            {t(`help.groups.${group.name as Group}`)}
          </h2>
          <div className="divide-y divide-line rounded-xl border border-line bg-raised">
            {group.topics.map((topic) => (
              <Answer key={topic.name} topic={topic} />
            ))}
          </div>
        </section>
      ))}
    </Page>
  );
}

function Answer({ topic: { name, to } }: { topic: Topic }) {
  const { t } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState(false);
  const answer = t(`help.topics.${name as Name}.a`);
  return (
    <div>
      <h3>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
          className="flex min-h-14 w-full items-center justify-between gap-3 px-4 py-2 text-left font-medium"
        >
          {t(`help.topics.${name as Name}.q`)}
          <ChevronDown aria-hidden className={open ? "size-5 shrink-0 rotate-180 text-soft" : "size-5 shrink-0 text-soft"} />
        </button>
      </h3>
      <div id={id} hidden={!open} className="px-4 pb-4">
        {answer.split("\n").map((paragraph) => (
          <p key={paragraph} className="mb-2 max-w-prose">
            {paragraph}
          </p>
        ))}
        {to && (
          <Link to={to} preload="intent" className={buttonLook("plain", "mt-1")}>
            {t("help.there")}
          </Link>
        )}
      </div>
    </div>
  );
}
