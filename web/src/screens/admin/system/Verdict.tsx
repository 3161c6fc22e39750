import { CircleCheck, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

/** Before any figure, in words: is something the matter? */
export function Verdict({ well, action, children }: { well: boolean; action?: ReactNode; children: ReactNode }) {
  const Icon = well ? CircleCheck : TriangleAlert;
  return (
    <div className="flex flex-col gap-4 rounded-xl border border-line bg-raised p-4 sm:flex-row sm:items-center sm:justify-between">
      <div role="status" className="flex min-w-0 items-start gap-3">
        <Icon aria-hidden className={well ? "size-6 shrink-0 text-good" : "size-6 shrink-0 text-warn"} />
        <div className="min-w-0">{children}</div>
      </div>
      {action}
    </div>
  );
}
