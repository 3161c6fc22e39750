import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { http, type Schemas } from "@/api/client";
import { outdated } from "@/api/outdated";
import { useToasts } from "@/ui/Toasts";

type Body = Schemas["RequestMediaBody"];

/** Asks for a title. The same wish, sent again after a failure, is the same request. */
export function useAsking(title: Schemas["Title"], done: () => void) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const sent = useRef({ body: "", key: "" });
  return useMutation({
    mutationFn: async (body: Body) => {
      const wish = JSON.stringify(body);
      if (sent.current.body !== wish) sent.current = { body: wish, key: newKey() };
      return (await http.POST("/api/v1/media/request", { body, params: { header: { "idempotency-key": sent.current.key } } })).data!;
    },
    onSuccess: (request) => {
      void outdated("/api/v1/media/", "/api/v1/dashboard/");
      const withdraw = () =>
        http
          .DELETE("/api/v1/media/requests/{id}", { params: { path: { id: request.id } } })
          .then(
            () => tell({ title: t("requests.withdrawn", { title: request.title }) }),
            (error: unknown) => {
              const why = error instanceof Error && error.message ? error.message : t("problems.UNKNOWN");
              tell({ title: t("requests.notDone"), body: why });
            },
          )
          .finally(() => void outdated("/api/v1/media/", "/api/v1/dashboard/"));
      const waits = request.status === "pending";
      tell({
        title: t("ask.asked", { title: title.title }),
        body: t(waits ? "ask.waits" : "ask.goes"),
        link: `/requests/${request.id}`,
        ...(waits && { undo: () => void withdraw() }),
      });
      done();
    },
    // What the page thought could be had is not so any more.
    onError: () => void outdated("/api/v1/media/movie/", "/api/v1/media/tv/", "/api/v1/media/options/", "/api/v1/media/quota"),
  });
}

/** `crypto.randomUUID` is only there over HTTPS, and many households have none at home. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
