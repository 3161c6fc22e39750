import { useTranslation } from "react-i18next";

import { useToasts } from "@/ui/Toasts";
import { useProblemWords } from "@/ui/useProblemWords";

/** For what is done with one press and has no place of its own for saying what went wrong. */
export function useTellFailure(): (error: unknown) => void {
  const { t } = useTranslation();
  const words = useProblemWords();
  const { tell } = useToasts();
  return (error) => tell({ title: t("system.act.failed"), body: words(error) });
}
