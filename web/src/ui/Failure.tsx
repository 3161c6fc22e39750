import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem, unreachable } from "@/api/problem";
import { Button } from "@/ui/Button";
import { copy } from "@/ui/copy";
import { useProblemWords } from "@/ui/useProblemWords";

const PARTS = /dynamically imported module|module script failed|preload CSS/i;

/** What went wrong, what to do about it, and the number by which whoever runs the portal finds it. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const words = useProblemWords();
  const problem = problemIn(error);
  return (
    <div role="alert" className="flex flex-col items-start gap-3 rounded-xl border border-line bg-raised p-4">
      <p className="font-medium">{words(problem)}</p>
      {problem.code === "INVALID" &&
        Object.values(problem.fields).map((said) => (
          <p key={said} className="text-sm text-soft">
            {said}
          </p>
        ))}
      {problem.correlationId && <Correlation key={problem.correlationId} id={problem.correlationId} />}
      {retry && <Button onClick={retry}>{t("tryAgain")}</Button>}
    </div>
  );
}

/** Where the clipboard is closed to us it is marked, to be copied by hand. */
function Correlation({ id }: { id: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const take = async (shown: HTMLElement) => {
    const done = await copy(id);
    setCopied(done);
    if (!done) getSelection()?.selectAllChildren(shown);
  };
  return (
    <p className="text-xs text-soft">
      <button
        type="button"
        className="font-mono underline-offset-2 select-text hover:underline"
        onClick={(event) => void take(event.currentTarget)}
        title={t("copy")}
      >
        {id}
      </button>{" "}
      {copied && t("copied")}
    </p>
  );
}

/** A part of the page that does not come is for want of an answer; anything else that is thrown is the page's own fault. */
function problemIn(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Error && !PARTS.test(error.message)) return new Problem(0, { code: "PAGE_FAULT" });
  return unreachable();
}
