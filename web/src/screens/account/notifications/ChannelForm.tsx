import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { Problem } from "@/api/problem";
import { useMe } from "@/api/session";
import { configOf, faultOf, isWanted } from "@/screens/account/notifications/config";
import { Verify } from "@/screens/account/notifications/Verify";
import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Field } from "@/ui/Field";
import { said } from "@/ui/said";
import { useToasts } from "@/ui/Toasts";

interface ChannelFormProps {
  offer: Schemas["KindOffer"];
  /** The one that is changed; a new one otherwise. */
  channel?: Schemas["Channel"];
  done: () => void;
}

/** Made of what the portal says that a channel of this kind needs; then its code, where one is sent. */
export function ChannelForm({ offer, channel, done }: ChannelFormProps) {
  const { t, i18n } = useTranslation();
  const { tell } = useToasts();
  const me = useMe();
  const queries = useQueryClient();
  const [made, setMade] = useState<Schemas["ChannelMade"] | null>(null);
  const kind = t(`channels.kind.${offer.kind}`);
  const saving = useMutation({
    mutationFn: async ({ name, config }: { name: string; config: Record<string, string> }) =>
      channel
        ? (await http.PUT("/api/v1/notifications/channels/{id}", { params: { path: { id: channel.id } }, body: { name, config } })).data!
        : (await http.POST("/api/v1/notifications/channels", { body: { kind: offer.kind, name, config } })).data!,
    onSuccess: (answer) => {
      void queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/api/v1/notifications/") });
      if (answer.channel.state === "unverified") return setMade(answer);
      tell({ title: t("channels.saved", { name: answer.channel.name }) });
      done();
    },
  });
  if (made) return <Verify channel={made.channel} sent={made.code} done={done} />;
  const faults = saving.error instanceof Problem ? saving.error.fields : {};
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    saving.mutate({ name: said(form, "channel-name").trim(), config: configOf(offer.fields, (name) => said(form, name)) });
  };
  const before = (name: string) => {
    const value = channel?.config[name];
    if (typeof value === "string" || typeof value === "number") return String(value);
    return name === "address" && !channel ? (me.email ?? "") : "";
  };
  const words = (of: "field" | "fieldHint", name: string) => {
    const own = `channels.${of}.${offer.kind}.${name}`;
    const any = `channels.${of}.any.${name}`;
    return i18n.exists(own) ? t(own as "channels.field.any.url") : i18n.exists(any) ? t(any as "channels.field.any.url") : undefined;
  };
  const bot = offer.public["bot"] ?? offer.public["botName"];
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {bot && <p className="text-sm text-soft">{t("channels.bot", { bot })}</p>}
      <Field label={t("channels.name")} name="channel-name" defaultValue={channel?.name ?? kind} maxLength={80} required />
      {offer.fields.map((each) => {
        const isSet = each.secret && channel?.secrets.includes(each.name);
        const hint = isSet ? t("channels.secretSet") : (words("fieldHint", each.name) ?? each.description ?? undefined);
        return (
          <Field
            key={each.name}
            label={`${words("field", each.name) ?? each.name}${each.required ? "" : ` ${t("channels.optional")}`}`}
            name={each.name}
            type={each.secret && each.name !== "url" ? "password" : each.name === "address" ? "email" : "text"}
            autoComplete="off"
            spellCheck={false}
            defaultValue={before(each.name)}
            required={isWanted(each, channel?.secrets ?? [])}
            wrong={faultOf(faults, each.name)}
            {...(hint && { hint })}
          />
        );
      })}
      {saving.isError && Object.keys(faults).length === 0 && <Failure error={saving.error} />}
      <Button type="submit" look="main" busy={saving.isPending}>
        {t(channel ? "me.save" : offer.needsCode ? "channels.next" : "channels.add")}
      </Button>
    </form>
  );
}
