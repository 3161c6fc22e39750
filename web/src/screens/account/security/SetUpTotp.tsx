import { useMutation } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { api, http } from "@/api/client";
import { Problem } from "@/api/problem";
import { pictureOf } from "@/screens/account/security/picture";
import { RecoveryCodes } from "@/screens/account/security/RecoveryCodes";
import { Button } from "@/ui/Button";
import { Copyable } from "@/ui/Copyable";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { said } from "@/ui/said";
import { Skeleton } from "@/ui/Skeleton";

/** Picture, first code, recovery codes: in this order, and nothing changes before the code was right. */
export function SetUpTotp({ confirmed, done }: { confirmed: () => void; done: () => void }) {
  const { t } = useTranslation();
  const [codes, setCodes] = useState<string[] | null>(null);
  const starting = useMutation({ mutationFn: async () => (await http.POST("/api/v1/auth/2fa/totp")).data! });
  const confirming = api.useMutation("post", "/api/v1/auth/2fa/totp/verify", {
    onSuccess: (made) => {
      setCodes(made.codes);
      confirmed();
    },
  });
  const { mutate } = starting;
  useEffect(() => mutate(), [mutate]);
  if (codes) return <RecoveryCodes codes={codes} done={done} />;
  if (starting.isError) return <Failure error={starting.error} retry={() => starting.mutate()} />;
  if (!starting.data) return <Skeleton className="h-80" />;
  const { svg, secret, uri } = starting.data;
  const isWrongCode = confirming.error instanceof Problem && "code" in confirming.error.fields;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    confirming.mutate({ body: { code: said(event.currentTarget, "code").replace(/\s/g, "") } });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-soft">{t("me.totp.scan")}</p>
      <img
        src={pictureOf(svg)}
        alt={t("me.totp.picture")}
        width={200}
        height={200}
        className="size-50 self-center rounded-lg bg-white p-2"
      />
      <a href={uri} className="inline-flex min-h-11 items-center justify-center font-medium text-accent underline-offset-2 hover:underline sm:hidden">
        {t("me.totp.openApp")}
      </a>
      <Copyable label={t("me.totp.type")} text={secret} />
      <Field
        label={t("me.totp.first")}
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="[0-9 ]{6,7}"
        maxLength={7}
        required
        hint={t("me.totp.firstHint")}
        wrong={isWrongCode ? t("problems.INVALID_CODE") : undefined}
      />
      {confirming.isError && !isWrongCode && <Failure error={confirming.error} />}
      <Button type="submit" look="main" busy={confirming.isPending}>
        {t("me.totp.confirm")}
      </Button>
    </form>
  );
}
