import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { api, http } from "@/api/client";
import { Problem } from "@/api/problem";
import { useFormats } from "@/i18n/formats";
import { Button } from "@/ui/Button";
import { copy } from "@/ui/copy";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Skeleton } from "@/ui/Skeleton";
import { useToasts } from "@/ui/Toasts";

export function People() {
  return (
    <>
      <FromPlex />
      <ByLink />
    </>
  );
}

function FromPlex() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const candidates = api.useQuery("get", "/api/v1/admin/users/plex-candidates", {}, { retry: false });
  const importing = useMutation({
    mutationFn: async () => (await http.POST("/api/v1/admin/users/import-plex")).data!,
    onSuccess: () => queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/api/v1/admin/users") }),
  });
  const found = candidates.data?.items ?? [];
  const withoutPlex = candidates.error instanceof Problem && candidates.error.status < 500;
  return (
    <Panel title={t("setup.people.plex")} hint={t("setup.people.plexHint")}>
      {candidates.isPending && <Skeleton className="h-16" />}
      {candidates.isError && (withoutPlex ? <p className="text-soft">{t("setup.people.noPlex")}</p> : <Failure error={candidates.error} retry={() => void candidates.refetch()} />)}
      {candidates.data &&
        (found.length > 0 ? (
          <>
            <p>{found.map((each) => each.name).join(", ")}</p>
            <Button look="main" busy={importing.isPending} onClick={() => importing.mutate()} className="self-start">
              {t("setup.people.import", { count: found.length })}
            </Button>
          </>
        ) : (
          <p className="text-soft">{t("setup.people.known", { count: candidates.data.known })}</p>
        ))}
      <div role="status">{importing.data && <p className="text-good">{t("setup.people.imported", { count: importing.data.created })}</p>}</div>
      {importing.isError && <Failure error={importing.error} />}
    </Panel>
  );
}

function ByLink() {
  const { t } = useTranslation();
  const { day } = useFormats();
  const { tell } = useToasts();
  const queries = useQueryClient();
  const inviting = useMutation({
    mutationFn: async () => (await http.POST("/api/v1/auth/invites", { body: { role: "user", expiresInDays: 7 } })).data!,
    onSuccess: () => queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] === "/api/v1/auth/invites" }),
  });
  const made = inviting.data;
  const link = useRef<HTMLParagraphElement>(null);
  const hand = async (url: string) => {
    if ("share" in navigator && matchMedia("(pointer: coarse)").matches) {
      // Whoever closes the list of apps has changed their mind.
      await navigator.share({ url, title: "MediaNest" }).catch(() => undefined);
      return;
    }
    if (await copy(url)) tell({ title: t("setup.people.copied") });
    else if (link.current) getSelection()?.selectAllChildren(link.current);
  };
  return (
    <Panel title={t("setup.people.link")} hint={t("setup.people.linkHint")}>
      {made && (
        <div role="status" className="flex flex-col gap-2">
          <p ref={link} className="rounded-lg border border-line p-3 font-mono text-sm break-all select-all">
            {made.url}
          </p>
          <p className="text-sm text-soft">{t("setup.people.until", { when: day(made.expiresAt) })}</p>
        </div>
      )}
      {inviting.isError && <Failure error={inviting.error} />}
      <div className="flex flex-wrap gap-3">
        {made && (
          <Button look="main" onClick={() => void hand(made.url)}>
            {t("setup.people.hand")}
          </Button>
        )}
        <Button busy={inviting.isPending} onClick={() => inviting.mutate()}>
          {made ? t("setup.people.another") : t("setup.people.make")}
        </Button>
      </div>
    </Panel>
  );
}
