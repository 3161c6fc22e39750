import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, http } from "@/api/client";
import { Problem } from "@/api/problem";
import { bodyOf, saved, type Preferences } from "@/screens/account/notifications/preferences";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/notifications/preferences";
const KEY = api.queryOptions("get", PATH).queryKey;

type Change = (now: Preferences) => Preferences;

/** Preferences that are saved as soon as they are chosen, one after the other; taken back where the portal refuses. */
export function usePreferences() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const queries = useQueryClient();
  const preferences = api.useQuery("get", PATH);
  const saving = useMutation({
    mutationKey: KEY,
    scope: { id: PATH },
    mutationFn: async (change: Change) => {
      const now = queries.getQueryData<Preferences>(KEY)!;
      try {
        return (await http.PUT(PATH, { body: bodyOf(now) })).data!;
      } catch (error) {
        if (!(error instanceof Problem && error.status === 409)) throw error;
        // Another device has saved since: the change goes on top of that.
        const theirs = (await http.GET(PATH)).data!;
        return (await http.PUT(PATH, { body: bodyOf(change(theirs)) })).data!;
      }
    },
    onMutate: async (change) => {
      await queries.cancelQueries({ queryKey: KEY });
      queries.setQueryData<Preferences>(KEY, (now) => now && change(now));
    },
    onSuccess: (answer) => {
      const more = queries.isMutating({ mutationKey: KEY }) > 1;
      queries.setQueryData<Preferences>(KEY, (now) => saved(now, answer, more));
      void queries.invalidateQueries({ queryKey: ["get", `${PATH}/preview`] });
    },
    onError: (error) => {
      void queries.invalidateQueries({ queryKey: KEY });
      tell({ title: t("prefs.refused"), ...(error instanceof Problem && error.detail && { body: error.detail }) });
    },
  });
  return { preferences, change: (how: Change) => saving.mutate(how) };
}
