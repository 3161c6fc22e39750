import { Link } from "@tanstack/react-router";
import clsx from "clsx";

import type { Schemas } from "@/api/client";
import { plexPicture } from "@/ui/plexPicture";
import { Poster } from "@/ui/Poster";

const WIDTH = 160;

/** Of a season or an episode, the show comes first: that is what people look for. */
export function LibraryItem({ item, className }: { item: Schemas["LibraryItem"]; className?: string }) {
  const above = item.grandparentTitle ?? item.parentTitle;
  return (
    <Link to="/item/$ratingKey" params={{ ratingKey: item.ratingKey }} preload="intent" className={clsx("block min-w-0", className)}>
      <Poster src={plexPicture(item.image, WIDTH)} title={item.title} />
      <p className="mt-1 truncate font-medium">{above ?? item.title}</p>
      <p className="truncate text-sm text-soft">{above ? item.title : item.year}</p>
    </Link>
  );
}
