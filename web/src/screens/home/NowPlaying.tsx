import { Pause, Play } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { useLiveStates } from "@/live/Live";
import { nameOf, playing } from "@/screens/home/playing";
import { plexPicture } from "@/ui/plexPicture";
import { Poster } from "@/ui/Poster";

const WIDTH = 64;

/** Who is watching what, as it happens. While nobody is, nothing is said. */
export function NowPlaying() {
  const { t } = useTranslation();
  const { ago } = useFormats();
  const sessions = api.useQuery("get", "/api/v1/plex/sessions", { params: { query: { mine: false } } });
  const heard = useLiveStates("plex.session");
  const now = playing(sessions.data?.items ?? [], heard);
  if (now.length === 0) return null;
  return (
    <section aria-labelledby="playing">
      <div className="mb-3 flex items-baseline gap-3">
        <h2 id="playing" className="text-xl font-semibold">
          {t("home.playing")}
        </h2>
        {sessions.data?.stale && sessions.data.asOf && <p className="text-sm text-warn">{t("asOf", { when: ago(sessions.data.asOf) })}</p>}
      </div>
      <ul className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
        {now.map((session) => (
          <Session key={session.id} session={session} />
        ))}
      </ul>
    </section>
  );
}

function Session({ session }: { session: Schemas["PlaySession"] }) {
  const { t } = useTranslation();
  const { item, stream } = session;
  const share = item.durationSeconds ? Math.min(100, (session.positionSeconds / item.durationSeconds) * 100) : null;
  const Icon = session.state === "paused" ? Pause : Play;
  return (
    <li className="flex gap-3 rounded-xl border border-line bg-raised p-3">
      <Poster src={plexPicture(item.image, WIDTH)} title="" className="w-12 shrink-0 self-start" />
      <div className="flex min-w-0 flex-1 flex-col">
        <p className="truncate font-medium">{nameOf(item)}</p>
        <p className="flex items-center gap-1.5 truncate text-sm text-soft">
          <Icon aria-label={t(`home.state.${session.state}`)} className="size-4 shrink-0" />
          {[session.viewer.name, stream.player].filter(Boolean).join(" · ")}
        </p>
        <p className="truncate text-sm text-soft">{[stream.decision && t(`home.decision.${stream.decision}`), stream.quality].filter(Boolean).join(" · ")}</p>
        {share !== null && (
          <div aria-hidden className="mt-2 h-1 overflow-hidden rounded-full bg-line">
            <div className="h-full bg-accent" style={{ width: `${share}%` }} />
          </div>
        )}
      </div>
    </li>
  );
}
