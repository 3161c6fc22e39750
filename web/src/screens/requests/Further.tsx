import { useMutation } from "@tanstack/react-query";
import { RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, queries, type Schemas } from "@/api/client";
import { useMe } from "@/api/session";
import { ONE, read, withdraw } from "@/screens/requests/decisions";
import { deedsOf } from "@/screens/requests/deeds";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Confirm";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { Menu, MenuItem } from "@/ui/Menu";
import { Sheet } from "@/ui/Sheet";
import { useToasts } from "@/ui/Toasts";

type MediaRequest = Schemas["MediaRequest"];
type Mark = Schemas["Mark"];

/** Looking again, saying by hand how far it is, taking it back. */
export function Further({ request }: { request: MediaRequest }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const me = useMe();
  const deeds = deedsOf(request, me);
  const [marking, setMarking] = useState<Mark | null>(null);
  const params = { path: { id: request.id } };
  const checking = useMutation({
    mutationFn: async () => (await http.POST(`${ONE}/check`, { params })).data!,
    onSuccess: async (checked) => {
      queries.setQueryData(["get", ONE, { params }], checked);
      tell({ title: checked.status === request.status ? t("requests.asBefore") : t("requests.moved") });
      await read();
    },
    onError: (error) => tell({ title: t("requests.notDone"), body: error.message || t("problems.UNKNOWN") }),
  });
  return (
    <>
      {deeds.check && (
        <Button busy={checking.isPending} onClick={() => checking.mutate()}>
          <RefreshCw aria-hidden className="size-5" />
          {t("requests.check")}
        </Button>
      )}
      {deeds.mark.length > 0 && (
        <Menu trigger={<Button look="quiet">{t("requests.mark")}</Button>}>
          {deeds.mark.map((mark) => (
            <MenuItem key={mark} act={() => setMarking(mark)}>
              {t(`requests.marks.${mark}`)}
            </MenuItem>
          ))}
        </Menu>
      )}
      {marking && <Marking request={request} mark={marking} done={() => setMarking(null)} />}
      {deeds.cancel && (
        <Confirm
          title={t("requests.withdrawTitle", { title: request.title })}
          act={t("requests.withdraw")}
          trigger={
            <Button look="danger">
              <Trash2 aria-hidden className="size-5" />
              {t("requests.withdraw")}
            </Button>
          }
          onConfirm={async () => {
            await withdraw(request);
            tell({ title: t("requests.withdrawn", { title: request.title }) });
          }}
        >
          {t(request.requestedBy.id === me.id ? "requests.withdrawHint" : "requests.withdrawHintOther", { name: request.requestedBy.name })}
        </Confirm>
      )}
    </>
  );
}

/** For what no system fetches; the portal refuses it where one does. */
function Marking({ request, mark, done }: { request: MediaRequest; mark: Mark; done: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const marking = useMutation({
    mutationFn: async () =>
      await http.POST(`${ONE}/mark`, { params: { path: { id: request.id } }, body: { status: mark, reason: reason.trim() || null } }),
    onSuccess: async () => {
      done();
      await read();
    },
  });
  return (
    <Sheet title={t(`requests.marks.${mark}`)} open setOpen={(open) => !open && done()}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          marking.mutate();
        }}
      >
        <Field
          label={t("requests.reason")}
          hint={t("requests.reasonHint")}
          maxLength={500}
          required={mark === "failed"}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {marking.isError && <Failure error={marking.error} />}
        <div className="flex gap-3">
          <Button look="main" type="submit" busy={marking.isPending} disabled={mark === "failed" && !reason.trim()} className="flex-1">
            {t("requests.markDo")}
          </Button>
          <Button onClick={done}>{t("cancel")}</Button>
        </div>
      </form>
    </Sheet>
  );
}
