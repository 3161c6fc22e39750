import { useMutation, type InfiniteData } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { http, queries, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { useToasts } from "@/ui/Toasts";

type Request = Schemas["MediaRequest"];
type Pages = InfiniteData<Schemas["PageOfMediaRequest"]>;

export const LIST = "/api/v1/media/requests";
export const ONE = "/api/v1/media/requests/{id}";

/** Shown at once, wherever the request is on the page; returns what takes it back. */
export function foresee(id: string, status: Request["status"]): () => void {
  const shows = { predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[1] === LIST || queryKey[1] === ONE };
  const before = queries.getQueriesData(shows);
  const moved = (request: Request) => (request.id === id ? { ...request, status, statusReason: null } : request);
  queries.setQueriesData<Pages | Request>(shows, (known) => {
    if (!known) return known;
    if ("pages" in known) return { ...known, pages: known.pages.map((page) => ({ ...page, items: page.items.map(moved) })) };
    return moved(known);
  });
  return () => before.forEach(([key, data]) => queries.setQueryData(key, data));
}

export const read = () => outdated("/api/v1/media/", "/api/v1/dashboard/", "/api/v1/admin/stats");

/** Shows its effect before it has been confirmed, and takes it back with a word where it is refused. */
function useDecision(act: "approve" | "retry") {
  const { t } = useTranslation();
  const { tell } = useToasts();
  return useMutation({
    mutationFn: (request: Request) => http.POST(`${ONE}/${act}`, { params: { path: { id: request.id } } }),
    onMutate: async (request) => {
      await queries.cancelQueries({ predicate: ({ queryKey }) => queryKey[1] === LIST || queryKey[1] === ONE });
      return foresee(request.id, "approved");
    },
    onError: (error, _, takeBack) => {
      takeBack?.();
      tell({ title: t("requests.notDone"), body: error.message || t("problems.UNKNOWN") });
    },
    onSettled: () => void read(),
  });
}

export const useApprove = () => useDecision("approve");
export const useRetry = () => useDecision("retry");

/** Takes it back; for what can be lost a person is asked first. */
export async function withdraw(request: Request): Promise<void> {
  await http.DELETE(ONE, { params: { path: { id: request.id } } });
  await read();
}
