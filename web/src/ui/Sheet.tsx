import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useLayoutEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface SheetProps {
  title: string;
  open: boolean;
  setOpen: (open: boolean) => void;
  /** What opens it; nothing, where something else does. */
  trigger?: ReactNode;
  /** What it shows is shown once: it is left by a button in it alone, and not by a stray tap. */
  stays?: boolean;
  children: ReactNode;
}

/** From below on a phone, where thumbs are; in the middle elsewhere. */
export function Sheet({ title, open, setOpen, trigger, stays = false, children }: SheetProps) {
  const { t } = useTranslation();
  const opener = useRef<Element | null>(null);
  // Before anything in it takes the focus.
  useLayoutEffect(() => {
    if (open) opener.current = lasting(document.activeElement);
  }, [open]);
  const stay = (event: Event) => {
    if (stays) event.preventDefault();
  };
  const goBack = (event: Event) => {
    if (trigger) return;
    event.preventDefault();
    if (document.activeElement === document.body && opener.current instanceof HTMLElement) opener.current.focus();
  };
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      {trigger && <Dialog.Trigger asChild>{trigger}</Dialog.Trigger>}
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-black/60" />
        <Dialog.Content
          aria-describedby={undefined}
          onInteractOutside={stay}
          onEscapeKeyDown={stay}
          onCloseAutoFocus={goBack}
          className="fixed inset-x-0 bottom-0 z-50 flex max-h-[90dvh] flex-col gap-4 overflow-y-auto rounded-t-2xl bg-raised p-6 pb-[calc(1.5rem+env(safe-area-inset-bottom))] sm:inset-auto sm:top-1/2 sm:left-1/2 sm:w-[28rem] sm:-translate-1/2 sm:rounded-2xl"
        >
          <Dialog.Title className="pr-9 text-xl font-semibold">{title}</Dialog.Title>
          {children}
          {/* The last in it, so that it opens with what it is for. */}
          {!stays && (
            <Dialog.Close
              aria-label={t("close")}
              className="absolute top-4 right-3 inline-flex size-11 items-center justify-center rounded-lg text-soft hover:text-ink"
            >
              <X aria-hidden className="size-5" />
            </Dialog.Close>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** An item of a menu is gone by then; what opened the menu is not. */
function lasting(element: Element | null): Element | null {
  const menu = element?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return menu ? document.getElementById(menu) : element;
}
