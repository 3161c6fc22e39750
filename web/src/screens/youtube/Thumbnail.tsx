import clsx from "clsx";
import { Video } from "lucide-react";
import { useState } from "react";

import { BASE } from "@/base";

export function Thumbnail({ src, round = false, className }: { src: string | null | undefined; round?: boolean; className?: string }) {
  const [broken, setBroken] = useState(false);
  return (
    <div className={clsx("relative shrink-0 self-start overflow-hidden bg-line", round ? "aspect-square rounded-full" : "aspect-video rounded-lg", className)}>
      {src && !broken ? (
        <img
          src={src.startsWith("/") ? `${BASE}${src}` : src}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setBroken(true)}
          className="absolute inset-0 size-full object-cover"
        />
      ) : (
        <span className="absolute inset-0 flex items-center justify-center text-soft">
          <Video aria-hidden />
        </span>
      )}
    </div>
  );
}
