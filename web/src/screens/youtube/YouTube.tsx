import { getRouteApi } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { Downloads } from "@/screens/youtube/Downloads";
import { youtubeLink } from "@/screens/youtube/links";
import { Preview } from "@/screens/youtube/Preview";
import { Standing } from "@/screens/youtube/Standing";
import { YouTubePage } from "@/screens/youtube/YouTubePage";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/Field";

const route = getRouteApi("/in/youtube");

export function YouTube() {
  const { link, ...choice } = route.useSearch();
  const navigate = route.useNavigate();
  const look = (next: string | undefined) => void navigate({ search: { ...choice, ...(next && { link: next }) }, resetScroll: false });
  return (
    <YouTubePage>
      <LinkForm key={`form ${link}`} link={link ?? ""} look={look} />
      {link && <Preview key={`preview ${link}`} link={link} done={() => look(undefined)} look={look} />}
      <Standing />
      <Downloads choice={choice} change={(next) => void navigate({ search: { ...(link && { link }), ...next }, replace: true, resetScroll: false })} />
    </YouTubePage>
  );
}

function LinkForm({ link, look }: { link: string; look: (link: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(link);
  const [wrong, setWrong] = useState(false);
  const go = (said: string) => {
    const found = youtubeLink(said);
    setWrong(!found);
    if (found) look(found);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    go(text);
  };
  return (
    <form onSubmit={submit} noValidate className="flex max-w-3xl items-start gap-3">
      <div className="min-w-0 flex-1">
        <Field
          label={t("youtube.link")}
          type="url"
          inputMode="url"
          autoComplete="off"
          value={text}
          wrong={wrong ? t("youtube.notALink") : undefined}
          onChange={(event) => setText(event.target.value)}
          onPaste={(event) => {
            const pasted = youtubeLink(event.clipboardData.getData("text"));
            if (!pasted) return;
            event.preventDefault();
            setText(pasted);
            go(pasted);
          }}
          placeholder="https://youtu.be/…"
        />
      </div>
      <Button type="submit" className="mt-6">
        {t("youtube.look")}
      </Button>
    </form>
  );
}
