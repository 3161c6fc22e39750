import { Mail } from "lucide-react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { usePages } from "@/api/pages";
import { useFormats } from "@/i18n/formats";
import { NewInvite } from "@/screens/admin/invites/NewInvite";
import { readAgain } from "@/screens/admin/useChange";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Skeleton } from "@/ui/Skeleton";

const PATH = "/api/v1/auth/invites";
const TONES: Record<Schemas["InviteState"], Tone> = { open: "calm", accepted: "good", revoked: "soft", expired: "soft" };

export function Invites() {
  const { t } = useTranslation();
  const invites = usePages(["get", PATH], async (cursor, signal) => (await http.GET(PATH, { params: { query: { cursor, limit: 50 } }, signal })).data!);
  return (
    <Page title={t("admin.places.invites")} narrow>
      <NewInvite />
      <section aria-labelledby="invites" className="flex flex-col gap-3">
        <h2 id="invites" className="text-lg font-semibold">
          {t("invites.all")}
        </h2>
        {invites.isError && <Failure error={invites.error} retry={() => void invites.refetch()} />}
        {invites.isPending && <Skeleton className="h-48 rounded-xl" />}
        {invites.isSuccess && invites.items.length === 0 && (
          <Empty icon={Mail} title={t("invites.none")}>
            {t("invites.noneHint")}
          </Empty>
        )}
        {invites.items.length > 0 && (
          <ul className="divide-y divide-line rounded-xl border border-line bg-raised">
            {invites.items.map((invite) => (
              <Line key={invite.id} invite={invite} />
            ))}
          </ul>
        )}
        <More pages={invites} />
      </section>
    </Page>
  );
}

function Line({ invite }: { invite: Schemas["Invite"] }) {
  const { t } = useTranslation();
  const { ago, moment } = useFormats();
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
      <div className="min-w-0">
        <p className="font-medium break-words">{invite.note ?? invite.email ?? t("invites.anybody")}</p>
        <p className="text-sm break-words text-soft">
          {t(`people.roles.${invite.role}`)}
          {invite.note && invite.email && ` · ${invite.email}`} ·{" "}
          {invite.acceptedAt ? t("invites.acceptedOn", { when: ago(invite.acceptedAt) }) : t("invites.until", { day: moment(invite.expiresAt) })}
        </p>
        <Badge tone={TONES[invite.state]}>{t(`invites.state.${invite.state}`)}</Badge>
      </div>
      {invite.state === "open" && (
        <Confirm
          title={t("invites.revokeTitle")}
          act={t("invites.revoke")}
          trigger={<Button>{t("invites.revoke")}</Button>}
          onConfirm={async () => {
            await http.DELETE("/api/v1/auth/invites/{id}", { params: { path: { id: invite.id } } });
            await readAgain([PATH]);
          }}
        >
          {t("invites.revokeLost")}
        </Confirm>
      )}
    </li>
  );
}
