import { useTranslation } from "react-i18next";

import { Problem } from "@/api/problem";

export type Trouble = { kind: "short" | "long"; count: number } | { kind: "common" | "personal" | "before" } | { kind: "other"; text: string };

/** What is wrong with a new password, told by what the API says of the field; nothing where it is not about the password. */
export function passwordTrouble(error: unknown, field: string): Trouble | null {
  if (!(error instanceof Problem)) return null;
  if (error.code === "PASSWORD_USED_BEFORE") return { kind: "before" };
  const text = error.fields[field];
  if (!text) return null;
  if (error.code === "WEAK_PASSWORD") return { kind: /your name/.test(text) ? "personal" : "common" };
  const bound = /at (least|most) (\d+)/.exec(text);
  return bound ? { kind: bound[1] === "least" ? "short" : "long", count: Number(bound[2]) } : { kind: "other", text };
}

/** The same in words. */
export function usePasswordTrouble(error: unknown, field: string): string | undefined {
  const { t } = useTranslation();
  const trouble = passwordTrouble(error, field);
  if (!trouble) return undefined;
  switch (trouble.kind) {
    case "short":
      return t("newPassword.short", { count: trouble.count });
    case "long":
      return t("newPassword.long", { count: trouble.count });
    case "other":
      return trouble.text;
    default:
      return t(`newPassword.${trouble.kind}`);
  }
}
