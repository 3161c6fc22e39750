import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, http } from "@/api/client";
import { readAgain } from "@/screens/admin/useChange";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";

/** Everybody with whom the Plex server is shared gets an account; who has one already keeps it. */
export function ImportFromPlex() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Sheet
      title={t("people.plex.title")}
      open={open}
      setOpen={setOpen}
      trigger={
        <Button>
          <Download aria-hidden className="size-5" />
          {t("people.plex.open")}
        </Button>
      }
    >
      {open && <Candidates close={() => setOpen(false)} />}
    </Sheet>
  );
}

function Candidates({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const found = api.useQuery("get", "/api/v1/admin/users/plex-candidates", {}, { staleTime: 0 });
  const importing = useMutation({
    mutationFn: async () => (await http.POST("/api/v1/admin/users/import-plex")).data!,
    onSuccess: () => readAgain(["/api/v1/admin/users"]),
  });
  if (found.isError && !found.data) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton className="h-32" />;
  if (importing.data) {
    const { created, updated, unchanged } = importing.data;
    return (
      <>
        <p role="status">
          {t("people.plex.created", { count: created })} {updated > 0 && t("people.plex.updated", { count: updated })}{" "}
          {unchanged > 0 && t("people.plex.unchanged", { count: unchanged })}
        </p>
        <Button look="main" onClick={close}>
          {t("close")}
        </Button>
      </>
    );
  }
  const { items, skipped, known } = found.data;
  return (
    <>
      <p className="text-soft">{t("people.plex.hint")}</p>
      {known > 0 && <p className="text-sm text-soft">{t("people.plex.known", { count: known })}</p>}
      {items.length > 0 ? (
        <ul className="divide-y divide-line">
          {items.map((each) => (
            <li key={each.plexId} className="flex min-h-11 items-center justify-between gap-3 py-1">
              <span className="min-w-0">
                <span className="block truncate font-medium">{each.name}</span>
                {each.email && <span className="block truncate text-sm text-soft">{each.email}</span>}
              </span>
              <span className="text-sm text-soft">{t(`people.plex.kinds.${each.kind}`)}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="font-medium">{t("people.plex.nobody")}</p>
      )}
      {skipped.map((each) => (
        <p key={each.name} className="text-sm text-soft">
          {t(`people.plex.skipped.${each.reason}`, { name: each.name })}
        </p>
      ))}
      {importing.isError && <Failure error={importing.error} />}
      {items.length > 0 && (
        <Button look="main" busy={importing.isPending} onClick={() => importing.mutate()}>
          {t("people.plex.import", { count: items.length })}
        </Button>
      )}
    </>
  );
}
