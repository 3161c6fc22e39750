import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { http, queries, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { LongField } from "@/ui/LongField";
import { useToasts } from "@/ui/Toasts";

const PATH = "/api/v1/media/issues/{id}";

/** An answer, and whether that settles it. What was typed is sent along with either. */
export function Answering({ issue }: { issue: Schemas["Issue"] }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const [message, setMessage] = useState("");
  const params = { path: { id: issue.id } };
  const settle = async (status: Schemas["IssueStatus"]) => {
    const changed = (await http.POST(status === "resolved" ? `${PATH}/resolve` : `${PATH}/reopen`, { params })).data!;
    queries.setQueryData(["get", PATH, { params }], changed);
    await outdated("/api/v1/media/issues");
  };
  const say = async () => {
    if (!message.trim()) return;
    await http.POST(`${PATH}/comments`, { params, body: { message: message.trim() } });
    setMessage("");
  };
  const answering = useMutation({
    mutationFn: async (status: Schemas["IssueStatus"]) => {
      await say();
      if (status === issue.status) await outdated("/api/v1/media/issues");
      else await settle(status);
    },
    onSuccess: (_, status) => {
      if (status !== issue.status)
        tell({ title: t(`issues.now.${status}`), undo: () => void settle(issue.status).catch(() => outdated("/api/v1/media/issues")) });
    },
  });
  const other = issue.status === "open" ? "resolved" : "open";
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        answering.mutate(issue.status);
      }}
    >
      <LongField label={t("issues.answer")} rows={2} maxLength={1000} value={message} onChange={(event) => setMessage(event.target.value)} />
      {answering.isError && <Failure error={answering.error} />}
      <div className="flex flex-wrap gap-3">
        <Button look="main" type="submit" busy={answering.isPending} disabled={!message.trim()}>
          {t("issues.say")}
        </Button>
        <Button busy={answering.isPending} onClick={() => answering.mutate(other)}>
          {t(message.trim() ? `issues.sayAnd.${other}` : `issues.to.${other}`)}
        </Button>
      </div>
    </form>
  );
}
