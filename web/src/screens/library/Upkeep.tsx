import { Ellipsis, FolderSync, ScanSearch } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { useLiveStates } from "@/live/Live";
import { Button } from "@/ui/Button";
import { Menu, MenuItem } from "@/ui/Menu";
import { useToasts } from "@/ui/Toasts";
import { useProblemWords } from "@/ui/useProblemWords";

const SCAN = "/api/v1/plex/libraries/{library_key}/scan";

/** What administrators do to a library: Plex looks for new files, or all that Plex knows is read anew. */
export function Upkeep({ library }: { library: Schemas["Library"] }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const words = useProblemWords();
  const about = { params: { path: { library_key: library.key } } };
  const failed = (error: unknown) =>
    tell({ title: t("library.upkeepFailed"), body: words(error) });
  const scanning = api.useMutation("post", SCAN, {
    onSuccess: () => tell({ title: t("library.scanBegun", { library: library.title }) }),
    onError: failed,
  });
  const syncing = api.useMutation("post", "/api/v1/plex/libraries/{library_key}/sync", {
    onSuccess: async () => {
      tell({ title: t("library.syncBegun", { library: library.title }) });
      await outdated("/api/v1/admin/plex/");
    },
    onError: failed,
  });
  const scan = useLiveStates("plex.scan").find((each) => each.libraryKey === library.key && !each.done);
  return (
    <>
      <Menu
        trigger={
          <Button look="quiet" className="px-3" aria-label={t("library.upkeep")}>
            <Ellipsis aria-hidden className="size-5" />
          </Button>
        }
      >
        <MenuItem act={() => scanning.mutate({ ...about, body: null })} disabled={scanning.isPending || scan !== undefined}>
          <ScanSearch aria-hidden className="size-5" /> {t("library.scan")}
        </MenuItem>
        <MenuItem act={() => syncing.mutate(about)} disabled={syncing.isPending}>
          <FolderSync aria-hidden className="size-5" /> {t("library.sync")}
        </MenuItem>
      </Menu>
      <p role="status" className="text-sm text-soft empty:hidden">
        {scan && t("library.scanning", { percent: scan.percent ?? 0 })}
      </p>
    </>
  );
}
