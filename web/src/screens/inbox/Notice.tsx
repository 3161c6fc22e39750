import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { Activity, Clapperboard, Ellipsis, Eye, EyeOff, Library, Download, Megaphone, Pin, PinOff, Route, ShieldAlert, Trash2, TriangleAlert, Users, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useFormats } from "@/i18n/formats";
import { again, change, send, type Notice as Told } from "@/screens/inbox/inbox";
import { Why } from "@/screens/inbox/Why";
import { inApp } from "@/shell/links";
import { Menu, MenuItem } from "@/ui/Menu";
import { useToasts } from "@/ui/Toasts";

const ICONS: [RegExp, LucideIcon][] = [
  [/^(request|watchlist|quota|import)/, Clapperboard],
  [/^issue/, TriangleAlert],
  [/^(download|list|subscription)/, Download],
  [/^library/, Library],
  [/^service/, Activity],
  [/^(security|channel)/, ShieldAlert],
  [/^people/, Users],
];

export function Notice({ notice, hide }: { notice: Told; hide: (id: string, hidden: boolean) => void }) {
  const { t } = useTranslation();
  const { time, moment } = useFormats();
  const { tell } = useToasts();
  const [asked, setAsked] = useState(false);
  const Icon = ICONS.find(([like]) => like.test(notice.type))?.[1] ?? Megaphone;
  const unread = !notice.readAt;
  const refused = () => tell({ title: t("inbox.refused") });
  const now = () => new Date().toISOString();
  const read = () => unread && void change(notice, { readAt: now() }, () => send.read(notice.id)).catch(refused);
  const unreadAgain = () => void change(notice, { readAt: null }, () => send.unread(notice.id)).catch(refused);
  const pin = () => void change(notice, { pinnedAt: now() }, () => send.pin(notice.id)).catch(refused);
  const unpin = () => void change(notice, { pinnedAt: null }, () => send.unpin(notice.id)).catch(refused);
  const putAway = () => {
    hide(notice.id, true);
    const back = () => hide(notice.id, false);
    // The portal hears of it only when it can no longer be undone: there is no way back from there.
    const forGood = () => void send.dismiss(notice.id).then(again, () => (back(), refused()));
    tell({ title: t("inbox.putAway"), body: notice.title, undo: back, gone: forGood });
  };
  const title = (
    <>
      {unread && <span className="sr-only">{t("inbox.new")} </span>}
      {notice.title}
    </>
  );
  return (
    <li className={clsx("relative flex gap-3 p-4 pr-1 hover:bg-line/30", unread && "bg-accent/5")}>
      <span
        className={clsx("flex size-10 shrink-0 items-center justify-center rounded-full", unread ? "bg-accent text-accent-ink" : "bg-line text-soft")}
      >
        <Icon aria-hidden className="size-5" />
      </span>
      <div className="min-w-0 flex-1">
        <h3 className={clsx("break-words", unread ? "font-semibold" : "font-medium")}>
          {notice.link ? (
            <Link to={inApp(notice.link)} onClick={read} className="after:absolute after:inset-0">
              {title}
            </Link>
          ) : (
            <button type="button" onClick={read} className="text-left after:absolute after:inset-0">
              {title}
            </button>
          )}
        </h3>
        {notice.body && <p className="text-sm break-words text-soft">{notice.body}</p>}
        <p className="mt-1 flex items-center gap-2 text-xs text-soft">
          <time dateTime={notice.createdAt} title={moment(notice.createdAt)}>
            {time(notice.createdAt)}
          </time>
          {notice.pinnedAt && (
            <span className="inline-flex items-center gap-1">
              <Pin aria-hidden className="size-3.5" />
              {t("inbox.isPinned")}
            </span>
          )}
        </p>
      </div>
      <div className="relative z-10 self-start">
        <Menu
          trigger={
            <button
              type="button"
              aria-label={t("inbox.actions", { title: notice.title })}
              className="inline-flex size-11 items-center justify-center rounded-lg text-soft hover:bg-line/60"
            >
              <Ellipsis aria-hidden className="size-5" />
            </button>
          }
        >
          <MenuItem act={unread ? read : unreadAgain}>
            {unread ? <Eye aria-hidden className="size-5" /> : <EyeOff aria-hidden className="size-5" />}
            {t(unread ? "inbox.read" : "inbox.unread")}
          </MenuItem>
          <MenuItem act={notice.pinnedAt ? unpin : pin}>
            {notice.pinnedAt ? <PinOff aria-hidden className="size-5" /> : <Pin aria-hidden className="size-5" />}
            {t(notice.pinnedAt ? "inbox.unpin" : "inbox.pin")}
          </MenuItem>
          <MenuItem act={() => setAsked(true)}>
            <Route aria-hidden className="size-5" />
            {t("inbox.why")}
          </MenuItem>
          <MenuItem act={putAway} danger>
            <Trash2 aria-hidden className="size-5" />
            {t("inbox.delete")}
          </MenuItem>
        </Menu>
        {asked && <Why notice={notice} close={() => setAsked(false)} />}
      </div>
    </li>
  );
}
