import clsx from "clsx";
import { DropdownMenu } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

/** Further things to do with something. */
export function Menu({ trigger, children }: { trigger: ReactElement; children: ReactNode }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={4} className="z-50 min-w-48 rounded-xl border border-line bg-raised p-1 shadow-lg">
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuItem({ act, danger = false, disabled = false, children }: { act: () => void; danger?: boolean; disabled?: boolean; children: ReactNode }) {
  return (
    <DropdownMenu.Item
      onSelect={act}
      disabled={disabled}
      className={clsx(
        "flex min-h-11 cursor-pointer items-center gap-3 rounded-lg px-3 outline-none select-none data-[disabled]:opacity-60 data-[highlighted]:bg-line/60",
        danger && "text-bad",
      )}
    >
      {children}
    </DropdownMenu.Item>
  );
}
