import { Link } from "@tanstack/react-router";
import { Plus, Rss } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { isAdmin, useMe } from "@/api/session";
import { useFormats } from "@/i18n/formats";
import { SubscriptionForm } from "@/screens/youtube/SubscriptionForm";
import { Thumbnail } from "@/screens/youtube/Thumbnail";
import { YouTubePage } from "@/screens/youtube/YouTubePage";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Choices } from "@/ui/Choices";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Sheet } from "@/ui/Sheet";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/youtube/subscriptions";

export function Subscriptions() {
  const { t } = useTranslation();
  const me = useMe();
  const admin = isAdmin(me);
  const [whose, setWhose] = useState<"mine" | "everybody">("mine");
  const [open, setOpen] = useState(false);
  const mine = !admin || whose === "mine";
  const pages = usePages<Schemas["Subscription"]>(
    ["get", PATH, { mine }],
    async (cursor, signal) => (await http.GET(PATH, { params: { query: { mine, limit: 30, cursor } }, signal })).data!,
  );
  return (
    <YouTubePage
      actions={
        <Sheet
          title={t("subscription.new")}
          open={open}
          setOpen={setOpen}
          trigger={
            <Button look="main">
              <Plus aria-hidden className="size-5" /> {t("subscription.follow")}
            </Button>
          }
        >
          <SubscriptionForm done={() => setOpen(false)} />
        </Sheet>
      }
    >
      {admin && (
        <Choices
          label={t("history.whose")}
          value={whose}
          choose={setWhose}
          options={[
            { value: "mine", label: t("history.mine") },
            { value: "everybody", label: t("history.everybody") },
          ]}
        />
      )}
      {pages.isError && <Failure error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isSuccess && pages.items.length === 0 && (
        <Empty icon={Rss} title={t("subscription.none")}>
          {t("subscription.noneWhy")}
        </Empty>
      )}
      <ul className="grid gap-3 lg:grid-cols-2">
        {pages.isPending && Array.from({ length: 4 }, (_, place) => <Skeleton key={place} className="h-24" />)}
        {pages.items.map((each) => (
          <One key={each.id} subscription={each} mine={each.owner.id === me.id} />
        ))}
      </ul>
      <More pages={pages} />
    </YouTubePage>
  );
}

function One({ subscription, mine }: { subscription: Schemas["Subscription"]; mine: boolean }) {
  const { t } = useTranslation();
  const { ago, bytes, number } = useFormats();
  const facts = [
    t("youtube.videos", { count: subscription.downloads, number: number(subscription.downloads) }),
    subscription.size ? bytes(subscription.size) : null,
    mine ? null : t("youtube.by", { name: subscription.owner.name }),
  ];
  return (
    <li>
      <Link
        to="/youtube/subscriptions/$id"
        params={{ id: subscription.id }}
        preload="intent"
        className="flex h-full gap-4 rounded-xl border border-line bg-raised p-4 hover:border-soft"
      >
        <Thumbnail src={subscription.thumbnailUrl} round={subscription.kind === "channel"} className={subscription.kind === "channel" ? "w-16" : "w-28"} />
        <span className="flex min-w-0 flex-1 flex-col gap-0.5">
          <span className="truncate font-medium">{subscription.title}</span>
          <span className="text-sm text-soft">{facts.filter(Boolean).join(" · ")}</span>
          <SubscriptionState subscription={subscription} />
          {subscription.lastCheckedAt && <span className="text-sm text-soft">{t("services.checked", { when: ago(subscription.lastCheckedAt) })}</span>}
        </span>
      </Link>
    </li>
  );
}

export function SubscriptionState({ subscription }: { subscription: Schemas["Subscription"] }) {
  const { t } = useTranslation();
  if (subscription.failure) return <Badge tone="bad">{t("subscription.failing")}</Badge>;
  return subscription.enabled ? <Badge tone="good">{t("subscription.on")}</Badge> : <Badge>{t("subscription.off")}</Badge>;
}
