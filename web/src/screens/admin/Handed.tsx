import { Share2 } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/Button";
import { Copyable } from "@/ui/Copyable";

/** A link or a word that is shown to be taken elsewhere; `share` is what the device's own sharing calls it. */
export function Handed({ label, value, share }: { label: string; value: string; share?: string }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-col gap-2">
      <Copyable label={label} text={value} />
      {share && "share" in navigator && (
        <Button className="self-start" onClick={() => void navigator.share({ title: share, url: value }).catch(() => undefined)}>
          <Share2 aria-hidden className="size-4" />
          {t("people.share")}
        </Button>
      )}
    </div>
  );
}
