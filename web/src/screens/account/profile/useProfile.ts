import { useQueryClient } from "@tanstack/react-query";

import { api, type Schemas } from "@/api/client";

/** Changes one's own profile; what the page knows of who is here follows. */
export function useProfile() {
  const queries = useQueryClient();
  const changing = api.useMutation("patch", "/api/v1/users/me", {
    onSuccess: (profile) => {
      const key = api.queryOptions("get", "/api/v1/auth/session").queryKey;
      queries.setQueryData<Schemas["SessionView"]>(key, (known) => known && { ...known, user: { ...known.user, ...profile } });
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
