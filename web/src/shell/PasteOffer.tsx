import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { youtubeLink } from "@/screens/youtube/links";
import { useToasts } from "@/ui/Toasts";

/** A link to YouTube that is pasted anywhere but in a field is offered to be downloaded. */
export function PasteOffer() {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const navigate = useNavigate();
  const there = useLocation({ select: (location) => location.pathname === "/youtube" });
  useEffect(() => {
    const pasted = (event: ClipboardEvent) => {
      if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable=true]")) return;
      const link = youtubeLink(event.clipboardData?.getData("text"));
      if (!link) return;
      if (there) void navigate({ to: "/youtube", search: { link } });
      else tell({ title: t("pasted"), body: link, link: `./youtube?link=${encodeURIComponent(link)}` });
    };
    document.addEventListener("paste", pasted);
    return () => document.removeEventListener("paste", pasted);
  }, [t, tell, navigate, there]);
  return null;
}
