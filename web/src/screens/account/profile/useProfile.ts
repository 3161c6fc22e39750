import { useQueryClient } from "@tanstack/react-query";

import { api, type Schemas } from "@/api/client";
import { changed } from "@/api/session";

/** Changes one's own profile; what the page knows of who is here follows. */
export function useProfile() {
  const queries = useQueryClient();
  const changing = api.useMutation("patch", "/api/v1/users/me", {
    onSuccess: (profile) => {
      changed(profile);
      void queries.invalidateQueries({ queryKey: ["get", "/api/v1/users/me"] });
    },
  });
  type Told = Parameters<typeof changing.mutate>[1];
  return {
    ...changing,
    /** What is left out stays as it is. */
    change: (what: Partial<Schemas["AuthProfileBody"]>, told?: Told) => changing.mutate({ body: what as Schemas["AuthProfileBody"] }, told),
  };
}
