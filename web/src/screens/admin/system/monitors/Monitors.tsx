import { Link, useNavigate } from "@tanstack/react-router";
import { Activity, ArrowUpDown, Download, EllipsisVertical, FolderPlus, ListChecks, Plus, Search, Upload } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { BulkBar } from "@/screens/admin/system/monitors/BulkBar";
import { saveAsFile } from "@/screens/admin/system/monitors/document";
import { GroupSheet } from "@/screens/admin/system/monitors/Groups";
import { sectionsOf } from "@/screens/admin/system/monitors/order";
import { Section } from "@/screens/admin/system/monitors/Section";
import { useGroups, useMonitors } from "@/screens/admin/system/monitors/useMonitors";
import { useTellFailure } from "@/screens/admin/system/useTellFailure";
import { Button, buttonLook } from "@/ui/Button";
import { Choices } from "@/ui/Choices";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Menu, MenuItem } from "@/ui/Menu";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

type Monitor = Schemas["Monitor"];
type Which = "all" | "trouble" | "paused";
export type Mode = "look" | "select" | "order";

export function Monitors() {
  const { t } = useTranslation();
  const listed = useMonitors();
  const groups = useGroups();
  const [mode, setMode] = useState<Mode>("look");
  const [which, setWhich] = useState<Which>("all");
  const [wanted, setWanted] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const failed = [listed, groups].find((each) => each.isError && !each.data);
  const loaded = listed.data !== undefined && groups.data !== undefined;
  // In order, all are in sight: otherwise nobody would see what one is moved past.
  const shown = mode === "order" ? listed.monitors : listed.monitors.filter((each) => isOf(which, each) && isAbout(wanted, each));
  const isFiltered = shown.length < listed.monitors.length;
  const sections = sectionsOf(groups.data?.items ?? [], shown).filter((each) => !isFiltered || each.monitors.length > 0);
  const enter = (next: Mode) => {
    setMode(next);
    setChosen(new Set());
  };
  const choose = (ids: readonly string[], on: boolean) =>
    setChosen((now) => (on ? new Set([...now, ...ids]) : new Set([...now].filter((id) => !ids.includes(id)))));
  const counts = (each: Which) => listed.monitors.filter((monitor) => isOf(each, monitor)).length;
  return (
    <Page title={t("system.monitor.title")} actions={mode === "look" ? <Actions enter={enter} /> : undefined}>
      {failed && <Failure error={failed.error} retry={() => void failed.refetch()} />}
      {!failed && !loaded && Array.from({ length: 8 }, (_, place) => <Skeleton key={place} className="h-20" />)}
      {loaded && listed.monitors.length === 0 && (
        <Empty icon={Activity} title={t("system.monitor.none")}>
          <p className="mb-4">{t("system.monitor.noneHint")}</p>
          <Link to="/admin/monitors/new" className={buttonLook("main")}>
            {t("system.monitor.new")}
          </Link>
        </Empty>
      )}
      {loaded && listed.monitors.length > 0 && (
        <>
          {mode === "order" ? (
            <div className="flex flex-wrap items-center justify-between gap-3">
              <p className="text-soft">{t("system.monitor.orderHint")}</p>
              <Button look="main" onClick={() => enter("look")}>
                {t("system.act.done")}
              </Button>
            </div>
          ) : (
            <div className="flex flex-col gap-3 md:flex-row md:items-end md:justify-between">
              <Choices
                label={t("system.monitor.show")}
                value={which}
                choose={setWhich}
                options={[
                  { value: "all", label: t("system.act.all"), count: listed.monitors.length },
                  { value: "trouble", label: t("system.monitor.trouble"), count: counts("trouble") },
                  { value: "paused", label: t("system.monitor.paused"), count: counts("paused") },
                ]}
              />
              <Field label={t("system.act.search")} type="search" value={wanted} onChange={(event) => setWanted(event.target.value)} />
            </div>
          )}
          {shown.length === 0 && (
            <Empty icon={Search} title={t("system.monitor.noMatch")}>
              {t("system.monitor.noMatchHint")}
            </Empty>
          )}
          {sections.map((section) => (
            <Section
              key={section.group?.id ?? "none"}
              section={section}
              all={listed.monitors}
              groups={groups.data.items}
              mode={mode}
              chosen={chosen}
              choose={choose}
            />
          ))}
          {mode === "select" && (
            <BulkBar
              chosen={listed.monitors.filter((each) => chosen.has(each.id))}
              groups={groups.data.items}
              chooseAll={() => setChosen(new Set(shown.map(({ id }) => id)))}
              leave={() => enter("look")}
            />
          )}
        </>
      )}
    </Page>
  );
}

function Actions({ enter }: { enter: (mode: Mode) => void }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const tellFailure = useTellFailure();
  const navigate = useNavigate();
  const [grouping, setGrouping] = useState(false);
  const save = () => saveAsFile().then(() => tell({ title: t("system.act.saved"), body: t("system.carry.exported") }), tellFailure);
  return (
    <>
      <Link to="/admin/monitors/new" preload="intent" className={buttonLook("main")}>
        <Plus aria-hidden className="size-5" />
        {t("system.monitor.new")}
      </Link>
      <Menu
        trigger={
          <Button aria-label={t("system.act.moreOf", { name: t("system.monitor.title") })} className="w-11 px-0">
            <EllipsisVertical aria-hidden className="size-5" />
          </Button>
        }
      >
        <MenuItem act={() => enter("select")}>
          <ListChecks aria-hidden className="size-4" />
          {t("system.monitor.select")}
        </MenuItem>
        <MenuItem act={() => enter("order")}>
          <ArrowUpDown aria-hidden className="size-4" />
          {t("system.monitor.order")}
        </MenuItem>
        <MenuItem act={() => setGrouping(true)}>
          <FolderPlus aria-hidden className="size-4" />
          {t("system.groups.add")}
        </MenuItem>
        <MenuItem act={() => void navigate({ to: "/admin/monitors/import" })}>
          <Upload aria-hidden className="size-4" />
          {t("system.carry.title")}
        </MenuItem>
        <MenuItem act={() => void save()}>
          <Download aria-hidden className="size-4" />
          {t("system.carry.export")}
        </MenuItem>
      </Menu>
      <GroupSheet open={grouping} setOpen={setGrouping} />
    </>
  );
}

function isOf(which: Which, { paused, enabled, standing }: Monitor): boolean {
  if (which === "paused") return paused;
  if (which === "trouble") return enabled && !paused && !["up", "maintenance", "pending"].includes(standing.status);
  return true;
}

function isAbout(wanted: string, { name, target, kind }: Monitor): boolean {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${name} ${target} ${kind}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
