import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { BASE } from "@/base";
import { isElsewhere } from "@/screens/signin/landing";
import { buttonLook } from "@/ui/Button";

/** A link: the browser leaves, and comes back to the place where one wanted to go. */
export function WithProvider({ provider, to }: { provider: Schemas["AuthProvider"]; to: string }) {
  const { t } = useTranslation();
  const asked = to === "/" || isElsewhere(to) ? "" : `?${new URLSearchParams({ returnTo: to })}`;
  return (
    <a href={`${BASE}/api/v1/auth/oauth/${encodeURIComponent(provider.id)}/start${asked}`} className={buttonLook()}>
      {t("signIn.with", { provider: provider.name })}
    </a>
  );
}
