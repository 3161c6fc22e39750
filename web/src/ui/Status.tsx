import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Badge, type Tone } from "@/ui/Badge";

type Availability = Schemas["Availability"];
type RequestStatus = Schemas["RequestStatus"];

const TONES: Record<Availability | RequestStatus, Tone> = {
  none: "soft",
  blocked: "soft",
  requested: "calm",
  pending: "warn",
  approved: "calm",
  processing: "calm",
  partially_available: "good",
  available: "good",
  declined: "bad",
  failed: "bad",
  cancelled: "soft",
};

/** Said in words, too: nobody has to tell colours apart. */
export function Status({ of: status, className }: { of: Availability | RequestStatus; className?: string | undefined }) {
  const { t } = useTranslation();
  if (status === "none") return null;
  return (
    <Badge tone={TONES[status]} className={className}>
      {t(`status.${status}`)}
    </Badge>
  );
}
