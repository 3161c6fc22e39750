import { useEffect, type ReactNode } from "react";

interface PageProps {
  title: string;
  /** Beside the title, or below it where it is narrow. */
  actions?: ReactNode;
  /** For text and forms; lists of pictures take all there is. */
  narrow?: boolean;
  children: ReactNode;
}

/** One screen: its name is the heading and the tab's title. */
export function Page({ title, actions, narrow = false, children }: PageProps) {
  useTitle(title);
  return (
    <div className={narrow ? "mx-auto flex max-w-3xl flex-col gap-6" : "flex flex-col gap-6"}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h1 className="min-w-0 text-2xl font-semibold break-words">{title}</h1>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · MediaNest` : "MediaNest";
  }, [title]);
}
