import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";

/** `/` and Ctrl+K lead to the search box from everywhere; while somebody writes, `/` is only a character. */
export function useSearchKey(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      const chord = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
      const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isWriting(event.target);
      if ((!chord && !slash) || document.querySelector("[role=dialog], [role=alertdialog]")) return;
      event.preventDefault();
      const box = document.getElementById("search");
      if (box instanceof HTMLInputElement) box.select();
      else void navigate({ to: "/search", search: { q: "" } });
    };
    window.addEventListener("keydown", heard);
    return () => window.removeEventListener("keydown", heard);
  }, [navigate]);
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}
