import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { said } from "@/ui/said";
import { useToasts } from "@/ui/Toasts";

interface VerifyProps {
  channel: Schemas["Channel"];
  /** What became of the code that was sent first. */
  sent: Schemas["SendReport"] | null;
  done: () => void;
}

/** Whoever enters the code that came through the channel has shown that it is theirs. */
export function Verify({ channel, sent, done }: VerifyProps) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const queries = useQueryClient();
  const path = { id: channel.id };
  const [report, setReport] = useState(sent);
  const again = () => queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/api/v1/notifications/") });
  const sending = useMutation({
    mutationFn: async () => (await http.POST("/api/v1/notifications/channels/{id}/code", { params: { path } })).data!,
    onSuccess: (answer) => {
      setReport(answer);
      void again();
    },
  });
  const verifying = useMutation({
    mutationFn: (code: string) => http.POST("/api/v1/notifications/channels/{id}/verify", { params: { path }, body: { code } }),
    onSuccess: () => {
      void again();
      tell({ title: t("channels.works", { name: channel.name }) });
      done();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    verifying.mutate(said(event.currentTarget, "code").replace(/\s/g, ""));
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <div role="status">
        {report?.sent && <p className="text-soft">{t("channels.codeSent", { target: channel.target })}</p>}
        {report && !report.sent && <p className="text-bad">{report.answer}</p>}
        {!report && <p className="text-soft">{t("channels.codeAsk")}</p>}
      </div>
      <Field
        label={t("signIn.code")}
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="[0-9 ]{6,7}"
        hint={t("channels.codeHint")}
        autoFocus
        required
      />
      {(verifying.isError || sending.isError) && <Failure error={verifying.error ?? sending.error} />}
      <Button type="submit" look="main" busy={verifying.isPending}>
        {t("channels.confirm")}
      </Button>
      <Button look="quiet" busy={sending.isPending} onClick={() => sending.mutate()}>
        {t("channels.sendAgain")}
      </Button>
    </form>
  );
}
