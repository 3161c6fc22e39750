import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/Button";
import { Failure } from "@/ui/Failure";
import { Sheet } from "@/ui/Sheet";

interface ConfirmProps {
  title: string;
  /** What will be lost. */
  children: ReactNode;
  /** The word on the button: what happens, not "yes". */
  act: string;
  /** What opens it; where something else does, such as an item of a menu, that keeps `open`. */
  trigger?: ReactElement;
  open?: boolean;
  setOpen?: (open: boolean) => void;
  onConfirm: () => Promise<unknown>;
}

/** For what cannot be undone. What can be, is done at once and offers to undo it (`useToasts`). */
export function Confirm({ title, children, act, trigger, onConfirm, ...outside }: ConfirmProps) {
  const { t } = useTranslation();
  const [inside, setInside] = useState(false);
  const open = outside.open ?? inside;
  const acting = useMutation({ mutationFn: onConfirm, onSuccess: () => setOpen(false) });
  const setOpen = (next: boolean) => {
    // What failed before is not said of what has not been tried yet.
    if (!next) acting.reset();
    (outside.setOpen ?? setInside)(next);
  };
  return (
    <Sheet title={title} open={open} setOpen={setOpen} trigger={trigger}>
      <div className="text-soft">{children}</div>
      {acting.isError && <Failure error={acting.error} />}
      <div className="flex gap-3">
        <Button look="danger" busy={acting.isPending} onClick={() => acting.mutate()} className="flex-1">
          {act}
        </Button>
        <Button onClick={() => setOpen(false)}>{t("cancel")}</Button>
      </div>
    </Sheet>
  );
}
