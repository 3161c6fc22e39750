import { Upload } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { api, http } from "@/api/client";
import { outdated } from "@/api/outdated";
import { Problem } from "@/api/problem";
import { useFormats } from "@/i18n/formats";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/youtube/cookies";

/** What makes YouTube believe that somebody is signed in, for what it shows to nobody else. */
export function Cookies() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const { moment, ago, number } = useFormats();
  const input = useRef<HTMLInputElement>(null);
  const cookies = api.useQuery("get", PATH);
  const testing = api.useMutation("post", "/api/v1/youtube/cookies/test");
  const setting = api.useMutation("put", PATH, {
    onSuccess: async () => {
      tell({ title: t("cookies.set") });
      testing.reset();
      await outdated(PATH);
    },
  });
  const chosen = async (file: File | undefined) => {
    if (file) setting.mutate({ body: { file: await file.text() } });
    if (input.current) input.current.value = "";
  };
  const known = cookies.data;
  const wrong = setting.error instanceof Problem ? Object.values(setting.error.fields)[0] : undefined;
  return (
    <Panel title={t("cookies.title")} hint={t("cookies.what")}>
      {cookies.isError && <Failure error={cookies.error} retry={() => void cookies.refetch()} />}
      {cookies.isPending && <Skeleton className="h-16" />}
      {known && (
        <div>
          <Badge tone={known.present ? (known.readable === false ? "bad" : "good") : "soft"}>
            {t(known.present ? (known.readable === false ? "cookies.unreadable" : "cookies.present") : "cookies.none")}
          </Badge>
          {known.present && (
            <p className="mt-1 text-sm text-soft">
              {[
                known.setAt ? t("cookies.since", { when: moment(known.setAt) }) : null,
                known.cookies ? t("cookies.count", { count: known.cookies, number: number(known.cookies) }) : null,
                known.expiresAt ? t("cookies.expires", { when: ago(known.expiresAt) }) : null,
              ]
                .filter(Boolean)
                .join(" · ")}
            </p>
          )}
        </div>
      )}
      {setting.isError && (wrong ? <p role="alert" className="text-sm text-bad">{wrong}</p> : <Failure error={setting.error} />)}
      <div className="flex flex-wrap gap-2">
        <input ref={input} id="cookies-file" type="file" accept=".txt,text/plain" className="sr-only" tabIndex={-1} aria-label={t("cookies.choose")} onChange={(event) => void chosen(event.target.files?.[0])} />
        <Button busy={setting.isPending} onClick={() => input.current?.click()}>
          <Upload aria-hidden className="size-5" /> {t("cookies.choose")}
        </Button>
        {known?.present && (
          <>
            <Button busy={testing.isPending} onClick={() => testing.mutate({ body: {} })}>
              {t("cookies.test")}
            </Button>
            <Confirm
              title={t("cookies.delete")}
              act={t("cookies.delete")}
              trigger={<Button look="danger">{t("cookies.delete")}</Button>}
              onConfirm={async () => {
                await http.DELETE(PATH);
                await outdated(PATH);
              }}
            >
              {t("cookies.deleteWhy")}
            </Confirm>
          </>
        )}
      </div>
      {testing.isError && <Failure error={testing.error} />}
      <div role="status">
        {testing.data && (
          <div className="flex flex-col gap-1 text-sm">
            <Badge tone={testing.data.helps ? "good" : "warn"}>{t(testing.data.helps ? "cookies.helps" : "cookies.doesNotHelp")}</Badge>
            <p className="text-soft">{testing.data.advice}</p>
            <p className="text-soft">
              {t("cookies.without")}: {testing.data.without.message}
            </p>
            <p className="text-soft">
              {t("cookies.with")}: {testing.data.withCookies.message}
            </p>
          </div>
        )}
      </div>
    </Panel>
  );
}
