import { useMutation } from "@tanstack/react-query";
import { ChevronsUp, Pause, Pin, PinOff, Play, RotateCw, Trash2, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { Problem } from "@/api/problem";
import { isAdmin, useMe } from "@/api/session";
import { doings, isUnderWay, type Doing } from "@/screens/youtube/doings";
import { Button } from "@/ui/Button";
import { Check } from "@/ui/Check";
import { Confirm } from "@/ui/Confirm";
import { useToasts } from "@/ui/Toasts";

type Download = Schemas["Download"];
type AtOnce = Exclude<Doing, "cancel" | "remove">;

const ICONS = { pause: Pause, resume: Play, retry: RotateCw, hurry: ChevronsUp, pin: Pin, unpin: PinOff };

/** What can be done about it now. What loses nothing is done at once. */
export function Actions({ download }: { download: Download }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const admin = isAdmin(useMe());
  const acting = useMutation({
    mutationFn: (doing: AtOnce) => act(download.id, doing),
    onError: (error) => tell({ title: t("youtube.didNotWork"), ...(error instanceof Problem && error.detail && { body: error.detail }) }),
    onSettled: () => outdated("/api/v1/youtube/"),
  });
  return (
    <>
      {doings(download, admin).map((doing) => {
        if (doing === "cancel" || doing === "remove") return <Leave key={doing} download={download} />;
        const Icon = ICONS[doing];
        return (
          <Button
            key={doing}
            look={doing === "retry" || doing === "resume" ? "plain" : "quiet"}
            className="px-3"
            busy={acting.isPending && acting.variables === doing}
            aria-label={t("youtube.doingOf", { what: t(`youtube.do.${doing}`), title: download.title })}
            onClick={() => acting.mutate(doing)}
          >
            <Icon aria-hidden className="size-5" /> {t(`youtube.do.${doing}`)}
          </Button>
        );
      })}
    </>
  );
}

async function act(id: string, doing: AtOnce): Promise<void> {
  const params = { path: { id } };
  if (doing === "pause") await http.POST("/api/v1/youtube/downloads/{id}/pause", { params });
  if (doing === "resume") await http.POST("/api/v1/youtube/downloads/{id}/resume", { params });
  if (doing === "retry") await http.POST("/api/v1/youtube/downloads/{id}/retry", { params });
  if (doing === "hurry") await http.POST("/api/v1/youtube/downloads/{id}/hurry", { params });
  if (doing === "pin" || doing === "unpin") await http.PUT("/api/v1/youtube/downloads/{id}/pin", { params, body: { pinned: doing === "pin" } });
}

function Leave({ download }: { download: Download }) {
  const { t } = useTranslation();
  const running = isUnderWay(download.status);
  const stored = download.status === "ready";
  const [files, setFiles] = useState(false);
  const { title } = download;
  const name = t(running ? "youtube.do.cancel" : "youtube.do.remove");
  return (
    <Confirm
      title={t(running ? "youtube.cancelIt" : "youtube.removeIt")}
      act={name}
      trigger={
        <Button look="quiet" className="px-3" aria-label={t("youtube.doingOf", { what: name, title })}>
          {running ? <X aria-hidden className="size-5" /> : <Trash2 aria-hidden className="size-5" />} {name}
        </Button>
      }
      onConfirm={async () => {
        await http.DELETE("/api/v1/youtube/downloads/{id}", { params: { path: { id: download.id }, query: { files: running || files } } });
        await outdated("/api/v1/youtube/");
      }}
    >
      <p>{t(running ? "youtube.cancelWhy" : stored ? "youtube.removeWhy" : "youtube.forgetWhy", { title })}</p>
      {stored && (
        <Check checked={files} onChange={(event) => setFiles(event.target.checked)}>
          {t("youtube.withFiles")}
        </Check>
      )}
      {download.shared && <p className="text-sm">{t("youtube.shared")}</p>}
    </Confirm>
  );
}
