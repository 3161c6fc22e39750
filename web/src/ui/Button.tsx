import clsx from "clsx";
import type { ComponentProps } from "react";

const LOOKS = {
  main: "bg-accent text-accent-ink hover:opacity-90",
  plain: "border border-line bg-raised text-ink hover:border-soft",
  quiet: "text-ink hover:bg-line/50",
  link: "text-accent hover:bg-line/50",
  danger: "border border-bad text-bad hover:bg-bad/10",
};

/** How a button looks, for a link that does what one expects of a button. */
export function buttonLook(look: keyof typeof LOOKS = "plain", className?: string): string {
  return clsx(
    "inline-flex min-h-11 items-center justify-center gap-2 rounded-lg px-4 font-medium transition disabled:opacity-60",
    LOOKS[look],
    className,
  );
}

export interface ButtonProps extends ComponentProps<"button"> {
  look?: keyof typeof LOOKS;
  /** While what it has begun is under way: it keeps its width, and cannot be pressed twice. */
  busy?: boolean;
}

export function Button({ look = "plain", busy = false, className, children, disabled, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      disabled={disabled || busy}
      aria-busy={busy}
      className={buttonLook(look, className)}
      {...rest}
    >
      <span className={clsx("inline-flex items-center gap-2", busy && "pulse")}>{children}</span>
    </button>
  );
}
