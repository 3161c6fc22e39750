import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { RequestRow } from "@/screens/requests/RequestRow";
import { buttonLook } from "@/ui/Button";

const SHOWN = 4;

/** What an administrator is waited for. Where nobody waits, nothing is said. */
export function Waiting({ part }: { part: Schemas["PartOfPageOfMediaRequest"] }) {
  const { t } = useTranslation();
  const requests = (part.data?.items ?? []).filter((each) => each.status === "pending");
  if (requests.length === 0) return null;
  return (
    <section aria-labelledby="waiting">
      <div className="mb-3 flex items-baseline justify-between gap-3">
        <h2 id="waiting" className="text-xl font-semibold">
          {t("home.waiting")}
        </h2>
        <Link to="/requests" search={{ status: "pending" }} preload="intent" className={buttonLook("link", "-my-2 px-2")}>
          {t("home.allWaiting")}
        </Link>
      </div>
      <ul className="grid gap-3 xl:grid-cols-2">
        {requests.slice(0, SHOWN).map((request) => (
          <li key={request.id}>
            <RequestRow request={request} />
          </li>
        ))}
      </ul>
    </section>
  );
}
