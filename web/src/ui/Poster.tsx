import clsx from "clsx";
import { Film } from "lucide-react";
import { useState } from "react";

import { BASE } from "@/base";

const SHAPES = { tall: "aspect-[2/3]", square: "aspect-square", wide: "aspect-video" };
export type Shape = keyof typeof SHAPES;

interface PosterProps {
  src: string | null | undefined;
  title: string;
  shape?: Shape;
  className?: string;
}

/** Of the same size before and after it has come. `src` may be an address of the portal. */
export function Poster({ src, title, shape = "tall", className }: PosterProps) {
  const [broken, setBroken] = useState<string | null>(null);
  const shown = src && broken !== src;
  return (
    <div className={clsx("relative overflow-hidden rounded-lg bg-line", SHAPES[shape], className)}>
      {shown ? (
        <img
          src={src.startsWith("/") ? `${BASE}${src}` : src}
          srcSet={sizesOf(src)}
          sizes="auto, (min-width: 40rem) 10rem, 8rem"
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setBroken(src)}
          className="absolute inset-0 size-full object-cover"
        />
      ) : (
        <div className="flex size-full flex-col items-center justify-center gap-2 p-2 text-center text-sm text-soft">
          <Film aria-hidden />
          <span className="line-clamp-3">{title}</span>
        </div>
      )}
    </div>
  );
}

const CATALOGUE = /^\/api\/v1\/media\/images\/w500\//;

/** Those that the portal has of a picture of the catalogue: in a row of cards the largest is ten times of what is seen of it. */
function sizesOf(src: string): string | undefined {
  if (!CATALOGUE.test(src)) return undefined;
  return [185, 342, 500].map((width) => `${BASE}${src.replace("/w500/", `/w${width}/`)} ${width}w`).join(", ");
}
