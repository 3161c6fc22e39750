import { ChevronDown, Info } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useNoticeWords } from "@/i18n/notices";
import { Cell } from "@/screens/account/notifications/Cell";
import { modeOf, type Preferences } from "@/screens/account/notifications/preferences";
import { Preview } from "@/screens/account/notifications/Preview";
import { useWide } from "@/screens/account/notifications/useWide";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

type Meaning = Schemas["TypeMeaning"];

export interface Part {
  preferences: Preferences;
  change: (how: (now: Preferences) => Preferences) => void;
}

/** What reaches whom where: a table where there is room for it, a list of kinds where there is not. */
export function Types({ preferences, change }: Part) {
  const { t } = useTranslation();
  const types = api.useQuery("get", "/api/v1/notifications/types", {}, { staleTime: Infinity });
  const channels = api.useQuery("get", "/api/v1/notifications/channels");
  const [asked, setAsked] = useState<Meaning | null>(null);
  const groups = [...new Set(types.data?.items.map((each) => each.group))];
  return (
    <Panel title={t("prefs.types")} hint={t("prefs.typesHint")}>
      {types.isError && <Failure error={types.error} retry={() => void types.refetch()} />}
      {types.isPending && <Skeleton className="h-80" />}
      {groups.map((group, place) => (
        <Group
          key={group}
          group={group}
          open={place === 0}
          meanings={types.data!.items.filter((each) => each.group === group)}
          channels={channels.data?.items ?? []}
          preferences={preferences}
          change={change}
          ask={setAsked}
        />
      ))}
      {asked && <Preview meaning={asked} close={() => setAsked(null)} />}
    </Panel>
  );
}

interface GroupProps extends Part {
  group: string;
  open: boolean;
  meanings: Meaning[];
  channels: Schemas["Channel"][];
  ask: (meaning: Meaning) => void;
}

function Group({ group, open, meanings, ...rest }: GroupProps) {
  const { t, i18n } = useTranslation();
  const wide = useWide();
  const known = `noticeGroup.${group}`;
  const Shape = wide ? Table : List;
  return (
    <details open={open} className="group rounded-lg border border-line">
      <summary className="flex min-h-11 cursor-pointer list-none items-center justify-between gap-3 rounded-lg px-4 py-2 font-medium hover:bg-line/30">
        {i18n.exists(known) ? t(known as "noticeGroup.portal") : group}
        <ChevronDown aria-hidden className="size-5 text-soft transition group-open:rotate-180" />
      </summary>
      <Shape meanings={meanings} {...rest} />
    </details>
  );
}

type ShapeProps = Omit<GroupProps, "group" | "open">;

function Table({ meanings, channels, preferences, change, ask }: ShapeProps) {
  const { t } = useTranslation();
  const words = useNoticeWords();
  return (
    <div className="overflow-x-auto border-t border-line">
      <table className="w-full text-left text-sm">
        <thead>
          <tr className="text-soft">
            <th scope="col" className="px-4 py-2 font-medium">
              {t("prefs.kind")}
            </th>
            <th scope="col" className="px-2 py-2 font-medium">
              {t("channels.inbox")}
            </th>
            {channels.map((each) => (
              <th key={each.id} scope="col" className="px-2 py-2 font-medium">
                {each.name}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-t border-line">
          {meanings.map((meaning) => (
            <tr key={meaning.type}>
              <th scope="row" className="min-w-48 px-4 py-2 font-normal">
                <span className="block text-base font-medium">{words(meaning).title}</span>
                <span className="text-soft">{words(meaning).meaning}</span>
              </th>
              {[null, ...channels].map((channel) => (
                <td key={channel?.id ?? "inbox"} className="px-2 py-2">
                  <Cell quiet meaning={meaning} channel={channel} preferences={preferences} change={change} />
                </td>
              ))}
              <td className="py-2 pr-2 text-right">
                <Ask meaning={meaning} ask={ask} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function List({ meanings, channels, preferences, change, ask }: ShapeProps) {
  const { t } = useTranslation();
  const words = useNoticeWords();
  return (
    <ul className="divide-y divide-line border-t border-line">
      {meanings.map((meaning) => {
        const where = [null, ...channels].filter((each) => modeOf(preferences, meaning.type, each?.id ?? null) !== "off");
        return (
          <li key={meaning.type}>
            <details className="px-4 py-2">
              <summary className="flex min-h-11 cursor-pointer flex-col justify-center">
                <span className="font-medium">{words(meaning).title}</span>
                <span className="text-sm text-soft">
                  {where.length > 0 ? where.map((each) => each?.name ?? t("channels.inbox")).join(", ") : t("prefs.nowhere")}
                </span>
              </summary>
              <div className="flex flex-col gap-3 py-2">
                <div className="flex items-start justify-between gap-2">
                  <p className="text-sm text-soft">{words(meaning).meaning}</p>
                  <Ask meaning={meaning} ask={ask} />
                </div>
                {[null, ...channels].map((channel) => (
                  <Cell key={channel?.id ?? "inbox"} meaning={meaning} channel={channel} preferences={preferences} change={change} />
                ))}
              </div>
            </details>
          </li>
        );
      })}
    </ul>
  );
}

function Ask({ meaning, ask }: { meaning: Meaning; ask: (meaning: Meaning) => void }) {
  const { t } = useTranslation();
  const words = useNoticeWords();
  return (
    <button
      type="button"
      onClick={() => ask(meaning)}
      aria-label={t("prefs.previewOf", { title: words(meaning).title })}
      className="inline-flex size-11 shrink-0 items-center justify-center rounded-lg text-soft hover:bg-line/60"
    >
      <Info aria-hidden className="size-5" />
    </button>
  );
}
