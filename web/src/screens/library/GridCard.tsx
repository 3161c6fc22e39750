import { useRouter } from "@tanstack/react-router";
import { memo, type MouseEvent } from "react";

import type { Schemas } from "@/api/client";
import { BASE } from "@/base";
import type { ItemType } from "@/screens/library/choice";
import { plexPicture } from "@/ui/plexPicture";
import { Poster, type Shape } from "@/ui/Poster";
import { Skeleton } from "@/ui/Skeleton";

type Item = Schemas["LibraryItem"];

const SHAPES: Partial<Record<ItemType, Shape>> = { episode: "wide", artist: "square", album: "square", track: "square" };
const RATIOS: Record<Shape, number> = { tall: 1.5, square: 1, wide: 9 / 16 };
const WIDTHS: Record<Shape, number> = { tall: 160, square: 160, wide: 240 };

export function shapeOf(type: ItemType): Shape {
  return SHAPES[type] ?? "tall";
}

interface GridCardProps {
  /** Nothing, as long as it is on its way. */
  item: Item | undefined;
  position: number;
  total: number;
  shape: Shape;
}

export const GridCard = memo(function GridCard({ item, position, total, shape }: GridCardProps) {
  return (
    <div role="listitem" aria-setsize={total || -1} aria-posinset={position + 1} data-position={position} className="min-w-0">
      {item ? <Shown item={item} shape={shape} /> : <Coming shape={shape} />}
    </div>
  );
});

function Shown({ item, shape }: { item: Item; shape: Shape }) {
  const above = item.grandparentTitle ?? item.parentTitle;
  const router = useRouter();
  const place = {
    to: item.type === "collection" ? "/collection/$ratingKey" : "/item/$ratingKey",
    params: { ratingKey: item.ratingKey },
  } as const;
  const go = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate(place);
  };
  // A `Link` each costs more than the picture, where hundreds a second come and go.
  return (
    <a
      href={`${BASE}${place.to.replace("$ratingKey", item.ratingKey)}`}
      onClick={go}
      onPointerEnter={() => void router.preloadRoute(place)}
      className="block rounded-lg"
    >
      <Poster src={plexPicture(item.image, WIDTHS[shape], RATIOS[shape])} title={item.title} shape={shape} />
      <p className="mt-1 truncate font-medium">{above ?? item.title}</p>
      <p className="truncate text-sm text-soft">{above ? item.title : (item.year ?? "\u00a0")}</p>
    </a>
  );
}

function Coming({ shape }: { shape: Shape }) {
  return (
    <>
      <Poster src={null} title="" shape={shape} />
      <Skeleton className="mt-2 h-4" />
      <Skeleton className="mt-2 h-3 w-1/2" />
    </>
  );
}
