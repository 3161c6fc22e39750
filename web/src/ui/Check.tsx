import type { InputHTMLAttributes, ReactNode } from "react";

/** A box to tick in a form or a list, with room for a thumb. */
export function Check({ children, ...input }: Omit<InputHTMLAttributes<HTMLInputElement>, "type"> & { children: ReactNode }) {
  return (
    <label className="flex min-h-11 items-center gap-3">
      <input type="checkbox" className="size-5 shrink-0 accent-accent" {...input} />
      <span className="min-w-0">{children}</span>
    </label>
  );
}
