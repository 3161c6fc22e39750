import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useNoticeWords } from "@/i18n/notices";
import { MODES, modeOf, withMode } from "@/screens/account/notifications/preferences";
import type { Part } from "@/screens/account/notifications/Types";
import { Select } from "@/ui/Select";

interface CellProps extends Part {
  meaning: Schemas["TypeMeaning"];
  /** Null is the inbox. */
  channel: Schemas["Channel"] | null;
  /** In a table, where the row and the column say what it is. */
  quiet?: boolean;
}

/** One kind in one place. */
export function Cell({ meaning, channel, preferences, change, quiet = false }: CellProps) {
  const { t } = useTranslation();
  const words = useNoticeWords();
  const id = channel?.id ?? null;
  const place = channel?.name ?? t("channels.inbox");
  const modes = channel ? MODES : MODES.filter((each) => each === "now" || each === "off");
  const fixed = preferences.rows.find((row) => row.type === meaning.type)?.cells.find((cell) => cell.channelId === id)?.fixed ?? false;
  if (fixed) return <p className={quiet ? "text-soft" : "text-sm text-soft"}>{quiet ? t("prefs.always") : `${place}: ${t("prefs.always")}`}</p>;
  return (
    <Select
      label={quiet ? `${words(meaning).title}, ${place}` : place}
      quiet={quiet}
      value={modeOf(preferences, meaning.type, id)}
      choose={(mode) => change((now) => withMode(now, meaning.type, id, mode))}
      options={modes.map((value) => ({ value, label: t(`prefs.mode.${channel || value === "off" ? value : "stands"}`) }))}
    />
  );
}
