import { useMutation } from "@tanstack/react-query";
import { Bell, BellRing } from "lucide-react";
import { useTranslation } from "react-i18next";

import { http } from "@/api/client";
import { outdated } from "@/api/outdated";
import { Button } from "@/ui/Button";
import { useToasts } from "@/ui/Toasts";

/** Hear what becomes of somebody else's request, or hear no more of it. */
export function FollowButton({ id, following, title }: { id: string; following: boolean; title: string }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const turning = useMutation({
    mutationFn: async (on: boolean) => {
      const params = { params: { path: { id } } };
      if (on) await http.POST("/api/v1/media/requests/{id}/follow", params);
      else await http.DELETE("/api/v1/media/requests/{id}/follow", params);
      await outdated("/api/v1/media/movie/", "/api/v1/media/tv/", "/api/v1/media/requests");
    },
    onError: (error) => tell({ title: t("requests.notDone"), body: error.message || t("problems.UNKNOWN") }),
  });
  const shown = turning.isPending ? turning.variables : following;
  return (
    <Button look="quiet" aria-pressed={shown} title={t("requests.followOf", { title })} onClick={() => turning.mutate(!shown)}>
      {shown ? <BellRing aria-hidden className="size-5 text-accent" /> : <Bell aria-hidden className="size-5" />}
      {shown ? t("requests.following") : t("requests.follow")}
    </Button>
  );
}
