import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Empty } from "@/ui/Empty";
import { Page } from "@/ui/Page";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main className="p-6">
      <Page title={t("notFound.title")} narrow>
        <Empty icon={Compass} title={t("notFound.hint")}>
          <Link to="/" className="font-medium text-accent underline underline-offset-2">
            {t("place.home")}
          </Link>
        </Empty>
      </Page>
    </main>
  );
}
