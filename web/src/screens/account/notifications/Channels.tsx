import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { ChannelForm } from "@/screens/account/notifications/ChannelForm";
import { OneChannel } from "@/screens/account/notifications/OneChannel";
import { ThisBrowser } from "@/screens/account/notifications/ThisBrowser";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Panel } from "@/ui/Panel";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";

type Offer = Schemas["KindOffer"];

/** Where one is reached besides the inbox. */
export function Channels() {
  const { t } = useTranslation();
  const channels = api.useQuery("get", "/api/v1/notifications/channels");
  const kinds = api.useQuery("get", "/api/v1/notifications/channels/kinds");
  const push = kinds.data?.items.find((each) => each.kind === "web_push");
  const full = channels.data !== undefined && channels.data.items.length >= channels.data.most;
  return (
    <Panel
      title={t("channels.title")}
      hint={t("channels.hint")}
      actions={kinds.data && !full && <Add offers={kinds.data.items.filter((each) => each.kind !== "web_push")} />}
    >
      {push?.available && channels.data && <ThisBrowser publicKey={push.public["publicKey"] ?? ""} channels={channels.data.items} />}
      {(channels.isError || kinds.isError) && (
        <Failure error={channels.error ?? kinds.error} retry={() => void Promise.all([channels.refetch(), kinds.refetch()])} />
      )}
      {channels.isPending && <Skeleton className="h-24" />}
      {channels.data?.items.length === 0 && <p className="text-soft">{t("channels.none")}</p>}
      {full && <p className="text-sm text-warn">{t("channels.full", { count: channels.data?.most ?? 0 })}</p>}
      <ul className="divide-y divide-line">
        {channels.data?.items.map((each) => (
          <OneChannel key={each.id} channel={each} offer={kinds.data?.items.find((offer) => offer.kind === each.kind)} />
        ))}
      </ul>
    </Panel>
  );
}

function Add({ offers }: { offers: Offer[] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<Offer | null>(null);
  const turn = (next: boolean) => {
    setOpen(next);
    setChosen(null);
  };
  const about = ({ kind, available, reason }: Offer) => {
    if (!available) return kind === "email" ? t("channels.noMail") : reason;
    return kind === "web_push" ? t("channels.hereOff") : t(`channels.about.${kind}`);
  };
  const trigger = (
    <Button>
      <Plus aria-hidden className="size-5" />
      {t("channels.add")}
    </Button>
  );
  return (
    <Sheet title={chosen ? t(`channels.kind.${chosen.kind}`) : t("channels.add")} open={open} setOpen={turn} trigger={trigger}>
      {chosen ? (
        <ChannelForm offer={chosen} done={() => turn(false)} />
      ) : (
        <ul className="flex flex-col gap-2">
          {offers.map((each) => (
            <li key={each.kind}>
              <button
                type="button"
                disabled={!each.available}
                onClick={() => setChosen(each)}
                className="flex min-h-11 w-full flex-col items-start rounded-lg border border-line px-4 py-2 text-left hover:border-soft disabled:opacity-70"
              >
                <span className="font-medium">{t(`channels.kind.${each.kind}`)}</span>
                <span className="text-sm text-soft">{about(each)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Sheet>
  );
}
