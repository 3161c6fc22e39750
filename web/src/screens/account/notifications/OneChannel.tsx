import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, Pencil, ShieldCheck, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { ChannelForm } from "@/screens/account/notifications/ChannelForm";
import { isHere, leaveBrowser } from "@/worker/browser";
import { Verify } from "@/screens/account/notifications/Verify";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Menu, MenuItem } from "@/ui/Menu";
import { Sheet } from "@/ui/Sheet";

type Channel = Schemas["Channel"];

const TONES: Record<Channel["state"], Tone> = { active: "good", unverified: "warn", disabled: "bad" };

export function OneChannel({ channel, offer }: { channel: Channel; offer: Schemas["KindOffer"] | undefined }) {
  const { t } = useTranslation();
  const { moment, ago } = useFormats();
  const queries = useQueryClient();
  const [open, setOpen] = useState<"edit" | "verify" | "delete" | null>(null);
  const path = { id: channel.id };
  const again = () => queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/api/v1/notifications/") });
  const trying = useMutation({
    mutationFn: async () => (await http.POST("/api/v1/notifications/channels/{id}/test", { params: { path } })).data!,
    onSettled: again,
  });
  const deleting = useMutation({
    mutationFn: async () => {
      await http.DELETE("/api/v1/notifications/channels/{id}", { params: { path } });
      if (isHere(channel.id)) await leaveBrowser();
    },
    onSuccess: () => {
      setOpen(null);
      return again();
    },
  });
  const close = () => setOpen(null);
  const canBeChanged = offer !== undefined && channel.kind !== "web_push";
  return (
    <li className="flex flex-col gap-2 py-4">
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-3 font-medium break-words">
            {channel.name}
            <Badge tone={TONES[channel.state]}>{t(`channels.state.${channel.state}`)}</Badge>
          </p>
          <p className="text-sm break-words text-soft">
            {t(`channels.kind.${channel.kind}`)} · {channel.target}
            {channel.lastSentAt && ` · ${t("channels.lastSent", { when: ago(channel.lastSentAt) })}`}
          </p>
          {channel.stateReason && <p className="text-sm break-words text-bad">{channel.stateReason}</p>}
          {channel.heldUntil && <p className="text-sm text-warn">{t("channels.held", { when: moment(channel.heldUntil) })}</p>}
        </div>
        <Menu
          trigger={
            <button
              type="button"
              aria-label={t("channels.actions", { name: channel.name })}
              className="inline-flex size-11 shrink-0 items-center justify-center rounded-lg text-soft hover:bg-line/60"
            >
              <Ellipsis aria-hidden className="size-5" />
            </button>
          }
        >
          {canBeChanged && (
            <MenuItem act={() => setOpen("edit")}>
              <Pencil aria-hidden className="size-5" />
              {t("channels.edit")}
            </MenuItem>
          )}
          {canBeChanged && channel.state !== "active" && (
            <MenuItem act={() => setOpen("verify")}>
              <ShieldCheck aria-hidden className="size-5" />
              {t("channels.confirm")}
            </MenuItem>
          )}
          <MenuItem act={() => setOpen("delete")} danger>
            <Trash2 aria-hidden className="size-5" />
            {t("channels.delete")}
          </MenuItem>
        </Menu>
      </div>
      <div className="flex flex-wrap items-center gap-3">
        {channel.state === "active" ? (
          <Button busy={trying.isPending} onClick={() => trying.mutate()}>
            {t("channels.test")}
          </Button>
        ) : (
          canBeChanged && (
            <Button look="main" onClick={() => setOpen("verify")}>
              {t("channels.confirm")}
            </Button>
          )
        )}
        <p role="status" className={trying.data?.sent ? "text-sm text-good" : "text-sm text-bad"}>
          {trying.data && (trying.data.sent ? t("channels.tested") : trying.data.answer)}
        </p>
      </div>
      {trying.isError && <Failure error={trying.error} />}
      {offer && (
        <Sheet title={t("channels.edit")} open={open === "edit"} setOpen={(next) => !next && close()}>
          <ChannelForm offer={offer} channel={channel} done={close} />
        </Sheet>
      )}
      <Sheet title={t("channels.confirm")} open={open === "verify"} setOpen={(next) => !next && close()}>
        <Verify channel={channel} sent={null} done={close} />
      </Sheet>
      <Sheet title={t("channels.deleteTitle", { name: channel.name })} open={open === "delete"} setOpen={(next) => !next && close()}>
        <p className="text-soft">{t("channels.deleteHint")}</p>
        {deleting.isError && <Failure error={deleting.error} />}
        <div className="flex gap-3">
          <Button look="danger" className="flex-1" busy={deleting.isPending} onClick={() => deleting.mutate()}>
            {t("channels.delete")}
          </Button>
          <Button onClick={close}>{t("cancel")}</Button>
        </div>
      </Sheet>
    </li>
  );
}
