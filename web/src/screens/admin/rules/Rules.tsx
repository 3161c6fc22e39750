import { ArrowDown, ArrowUp, FlaskConical, Plus, Scale } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http, queries, type Schemas } from "@/api/client";
import { moved, type Rule } from "@/screens/admin/rules/ruleForm";
import { RuleForm } from "@/screens/admin/rules/RuleForm";
import { TryRules } from "@/screens/admin/rules/TryRules";
import { readAgain, useChange } from "@/screens/admin/useChange";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/media/rules";
const KEY = api.queryOptions("get", PATH).queryKey;

/** In their order: the first that fits decides. */
export function Rules() {
  const { t } = useTranslation();
  const rules = api.useQuery("get", PATH);
  const [adding, setAdding] = useState(false);
  const [trying, setTrying] = useState(false);
  const ordering = useChange(
    (items: readonly Rule[]) => {
      queries.setQueryData<Schemas["ApprovalRules"]>(KEY, { items: [...items] });
      return http.PUT("/api/v1/media/rules/order", { body: { ids: items.map((each) => each.id) } });
    },
    [PATH],
  );
  const items = rules.data?.items ?? [];
  return (
    <Page
      title={t("admin.places.rules")}
      narrow
      actions={
        <>
          <Sheet
            title={t("rules.try")}
            open={trying}
            setOpen={setTrying}
            trigger={
              <Button>
                <FlaskConical aria-hidden className="size-5" />
                {t("rules.try")}
              </Button>
            }
          >
            <TryRules />
          </Sheet>
          <Sheet
            title={t("rules.new")}
            open={adding}
            setOpen={setAdding}
            trigger={
              <Button look="main">
                <Plus aria-hidden className="size-5" />
                {t("rules.new")}
              </Button>
            }
          >
            <RuleForm done={() => setAdding(false)} />
          </Sheet>
        </>
      }
    >
      <p className="-mt-4 text-soft">{t("rules.hint")}</p>
      {rules.isError && <Failure error={rules.error} retry={() => void rules.refetch()} />}
      {rules.isPending && <Skeleton className="h-48 rounded-xl" />}
      {rules.isSuccess && items.length === 0 && (
        <Empty icon={Scale} title={t("rules.none")}>
          {t("rules.noneHint")}
        </Empty>
      )}
      {items.length > 0 && (
        <ol className="divide-y divide-line rounded-xl border border-line bg-raised">
          {items.map((rule, place) => (
            <li key={rule.id} className="flex flex-wrap items-center gap-3 px-3 py-3 sm:px-4">
              <div className="flex shrink-0">
                <Button
                  look="quiet"
                  className="px-2!"
                  aria-label={t("rules.up", { name: rule.name })}
                  disabled={place === 0}
                  onClick={() => ordering.mutate(moved(items, place, -1))}
                >
                  <ArrowUp aria-hidden className="size-5" />
                </Button>
                <Button
                  look="quiet"
                  className="px-2!"
                  aria-label={t("rules.down", { name: rule.name })}
                  disabled={place === items.length - 1}
                  onClick={() => ordering.mutate(moved(items, place, 1))}
                >
                  <ArrowDown aria-hidden className="size-5" />
                </Button>
              </div>
              <Line rule={rule} />
            </li>
          ))}
        </ol>
      )}
    </Page>
  );
}

function Line({ rule }: { rule: Rule }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const conditions = useConditions(rule);
  return (
    <>
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium break-words">{rule.name}</p>
        <p className="text-sm break-words text-soft">{conditions.join(" · ") || t("rules.everything")}</p>
        <Badge tone={rule.enabled === false ? "soft" : rule.action === "approve" ? "good" : "warn"}>
          {rule.enabled === false ? t("rules.off") : t(`rules.action.${rule.action}`)}
        </Badge>
      </div>
      <div className="flex flex-wrap gap-2">
        <Sheet title={rule.name} open={open} setOpen={setOpen} trigger={<Button>{t("rules.edit")}</Button>}>
          <RuleForm rule={rule} done={() => setOpen(false)} />
        </Sheet>
        <Confirm
          title={t("rules.removeTitle", { name: rule.name })}
          act={t("rules.remove")}
          trigger={<Button look="quiet">{t("rules.remove")}</Button>}
          onConfirm={async () => {
            await http.DELETE("/api/v1/media/rules/{id}", { params: { path: { id: rule.id } } });
            await readAgain([PATH]);
          }}
        >
          {t("rules.removeLost")}
        </Confirm>
      </div>
    </>
  );
}

function useConditions(rule: Rule): string[] {
  const { t } = useTranslation();
  const people = api.useQuery("get", "/api/v1/admin/users", { params: { query: { limit: 100 } } }, { enabled: Boolean(rule.userId) });
  const range = (from: number | null | undefined, to: number | null | undefined) => [from, to].map((each) => each ?? "").join("–");
  return [
    rule.userId && (people.data?.items.find((each) => each.id === rule.userId)?.name ?? t("rules.onePerson")),
    rule.role && t(`people.roles.${rule.role}`),
    rule.mediaType && t(`quotas.${rule.mediaType}`),
    rule.is4k != null && t(rule.is4k ? "rules.is4k.yes" : "rules.is4k.no"),
    rule.genres?.join(", "),
    (rule.yearFrom ?? rule.yearTo) != null && t("rules.years", { range: range(rule.yearFrom, rule.yearTo) }),
    (rule.minSeasons ?? rule.maxSeasons) != null && t("rules.seasons", { range: range(rule.minSeasons, rule.maxSeasons) }),
  ].filter((each): each is string => Boolean(each));
}
