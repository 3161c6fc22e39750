import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";

const TONES: Record<string, Tone> = { found: "good", no_library: "warn", no_plex: "soft", unknown: "soft" };

/** The folder belongs to the installation; whether Plex shows it is looked up. */
export function YouTube() {
  const { t } = useTranslation();
  const { bytes } = useFormats();
  const folder = api.useQuery("get", "/api/v1/youtube/tools/folder");
  const tools = api.useQuery("get", "/api/v1/youtube/tools");
  if (folder.isPending) return <Skeleton className="h-64" />;
  if (folder.isError && !folder.data) return <Failure error={folder.error} retry={() => void folder.refetch()} />;
  const { path, pathInPlex, freeBytes, state, libraryTitle } = folder.data;
  const programs = tools.data ? [tools.data.ffmpeg, tools.data.ffprobe, tools.data.runtime] : [];
  const missing = programs.filter((each) => each.state !== "present");
  return (
    <>
      <Panel title={t("setup.folder.title")} actions={<Badge tone={TONES[state] ?? "soft"}>{t(`setup.folder.${state}`, { library: libraryTitle ?? "" })}</Badge>}>
        <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[auto_minmax(0,1fr)]">
          <dt className="text-soft">{t("setup.folder.path")}</dt>
          <dd className="font-mono text-sm break-all">{path}</dd>
          {pathInPlex !== path && (
            <>
              <dt className="text-soft">{t("setup.folder.inPlex")}</dt>
              <dd className="font-mono text-sm break-all">{pathInPlex}</dd>
            </>
          )}
          <dt className="text-soft">{t("setup.folder.free")}</dt>
          <dd>{freeBytes === null ? t("setup.folder.silent") : bytes(freeBytes)}</dd>
        </dl>
        {state !== "found" && (
          <ol className="list-decimal pl-5 text-soft">
            <li>{t("setup.folder.first")}</li>
            <li className="break-words">{t("setup.folder.second", { path: pathInPlex })}</li>
            <li>{t("setup.folder.third")}</li>
          </ol>
        )}
        <div role="status">{folder.isFetching ? <p className="pulse text-sm text-soft">{t("setup.folder.looking")}</p> : null}</div>
        <Button busy={folder.isFetching} onClick={() => void folder.refetch()} className="self-start">
          {t("setup.folder.again")}
        </Button>
        <p className="text-sm text-soft">{t("setup.folder.elsewhere")}</p>
      </Panel>
      {missing.length > 0 && (
        <Panel title={t("setup.folder.missing")}>
          {missing.map((each) => (
            <p key={each.advice}>{each.advice}</p>
          ))}
        </Panel>
      )}
    </>
  );
}
