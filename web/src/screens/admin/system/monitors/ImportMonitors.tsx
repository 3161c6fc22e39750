import { useState } from "react";
import { useTranslation } from "react-i18next";

import { FromFile } from "@/screens/admin/system/monitors/FromFile";
import { FromKuma } from "@/screens/admin/system/monitors/FromKuma";
import { Choices } from "@/ui/Choices";
import { Page } from "@/ui/Page";

export function ImportMonitors() {
  const { t } = useTranslation();
  const [from, setFrom] = useState<"kuma" | "file">("kuma");
  return (
    <Page title={t("system.carry.title")} narrow>
      <Choices
        label={t("system.carry.title")}
        value={from}
        choose={setFrom}
        options={[
          { value: "kuma", label: t("system.carry.fromKuma") },
          { value: "file", label: t("system.carry.fromFile") },
        ]}
      />
      {from === "kuma" ? <FromKuma /> : <FromFile />}
    </Page>
  );
}
