import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { monitorsChanged } from "@/screens/admin/system/monitors/useMonitors";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { said } from "@/ui/said";
import { Sheet } from "@/ui/Sheet";

interface GroupSheetProps {
  /** The one that gets another name; none for a new one. */
  group?: Schemas["MonitorGroup"];
  open: boolean;
  setOpen: (open: boolean) => void;
}

export function GroupSheet({ group, open, setOpen }: GroupSheetProps) {
  const { t } = useTranslation();
  const saving = useMutation({
    mutationFn: async (name: string) => {
      if (group) await http.PUT("/api/v1/admin/monitors/groups/{id}", { params: { path: { id: group.id } }, body: { name } });
      else await http.POST("/api/v1/admin/monitors/groups", { body: { name } });
      await monitorsChanged();
    },
    onSuccess: () => setOpen(false),
  });
  const wrong = saving.error instanceof Problem ? saving.error.fields["name"] : undefined;
  return (
    <Sheet title={group ? t("system.groups.rename") : t("system.groups.add")} open={open} setOpen={setOpen}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate(said(event.currentTarget, "name").trim());
        }}
      >
        <Field label={t("system.groups.name")} name="name" defaultValue={group?.name} maxLength={100} wrong={wrong} required autoFocus />
        {saving.isError && !wrong && <Failure error={saving.error} />}
        <Button look="main" type="submit" busy={saving.isPending}>
          {t("system.act.save")}
        </Button>
      </form>
    </Sheet>
  );
}
