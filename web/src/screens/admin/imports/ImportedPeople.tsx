import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { usePages } from "@/api/pages";
import { readAgain } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Panel } from "@/ui/Panel";

const PATH = "/api/v1/media/import/people";

/** Known from an import alone; nothing is shown where there are none. */
export function ImportedPeople() {
  const { t } = useTranslation();
  const people = usePages(["get", PATH], async (cursor, signal) => (await http.GET(PATH, { params: { query: { cursor, limit: 50 } }, signal })).data!);
  if (people.isError && !people.data) return <Failure error={people.error} retry={() => void people.refetch()} />;
  if (people.items.length === 0) return null;
  return (
    <Panel title={t("imports.without")} hint={t("imports.withoutHint")}>
      <ul className="divide-y divide-line">
        {people.items.map((person) => (
          <li key={person.id} className="flex flex-wrap items-center justify-between gap-3 py-2">
            <span className="min-w-0 break-words">
              {person.name} <span className="text-sm text-soft">· {t("imports.count", { count: person.requests })}</span>
            </span>
            <Confirm
              title={t("imports.eraseTitle", { name: person.name })}
              act={t("imports.erase")}
              trigger={<Button>{t("imports.erase")}</Button>}
              onConfirm={async () => {
                await http.DELETE("/api/v1/media/import/people/{id}", { params: { path: { id: person.id } } });
                await readAgain(["/api/v1/media/import"]);
              }}
            >
              {t("imports.eraseLost")}
            </Confirm>
          </li>
        ))}
      </ul>
      <More pages={people} />
    </Panel>
  );
}
