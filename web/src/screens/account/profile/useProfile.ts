import { useQueryClient } from "@tanstack/react-query";

import { api, type Schemas } from "@/api/client";
import { follow, type Chosen } from "@/screens/account/notifications/tongue";

/** Changes one's own profile, one change after the other; what the page knows of who is here follows, and what messages go by. */
export function useProfile() {
  const queries = useQueryClient();
  const changing = api.useMutation("patch", "/api/v1/users/me", {
    scope: { id: "profile" },
    onSuccess: (profile, { body }) => {
      const key = api.queryOptions("get", "/api/v1/auth/session").queryKey;
      const before = queries.getQueryData<Schemas["SessionView"]>(key)?.user;
      queries.setQueryData<Schemas["SessionView"]>(key, (known) => known && { ...known, user: { ...known.user, ...profile } });
      void queries.invalidateQueries({ queryKey: ["get", "/api/v1/users/me"] });
      const { locale, timeZone }: Partial<Chosen> = body;
      // Here and not where it is asked for: that is told only of the latest change, and only while it is shown.
      if (before && (locale || timeZone)) void follow(before, { locale, timeZone });
    },
  });
  type Told = Parameters<typeof changing.mutate>[1];
  return {
    ...changing,
    /** What is left out stays as it is. */
    change: (what: Partial<Schemas["AuthProfileBody"]>, told?: Told) => changing.mutate({ body: what as Schemas["AuthProfileBody"] }, told),
  };
}
