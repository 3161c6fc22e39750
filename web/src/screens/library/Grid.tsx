import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { SearchX } from "lucide-react";
import { memo, useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useFormats } from "@/i18n/formats";
import { useBlocks } from "@/screens/library/blocks";
import { GridCard, shapeOf } from "@/screens/library/GridCard";
import { JumpTo } from "@/screens/library/JumpTo";
import { ahead, markAt, measures, moved } from "@/screens/library/measures";
import { narrowed, type Choice, type ItemType } from "@/screens/library/choice";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import type { Shape } from "@/ui/Poster";

const ROWS_AROUND = 3;
/** What stays above the list while it moves. */
const HEADER = 72;
const LOOK_MS = 100;
/** Moving by more than this between two looks is flying: nothing is asked for that would be gone before it came. */
const FLYING = 400;

interface GridProps {
  library: string;
  kind: ItemType;
  choice: Choice;
  clear: () => void;
}

/** Only what is in sight is on the page, however many there are; what comes next is on its way. */
export function Grid({ library, kind, choice, clear }: GridProps) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const [around, setAround] = useState<HTMLDivElement | null>(null);
  const { width, top } = usePlace(around);
  const shape = shapeOf(kind);
  const { columns, height } = measures(width, shape);
  const [near, look] = useNear();
  const list = useBlocks(library, choice, near);
  const total = list.total ?? 0;
  const rows = useWindowVirtualizer({
    count: Math.ceil(total / columns),
    estimateSize: () => height,
    overscan: ROWS_AROUND,
    scrollMargin: top,
    scrollPaddingStart: HEADER,
    useFlushSync: false,
  });
  useLayoutEffect(() => rows.measure(), [rows, height]);
  const inSight = rows.getVirtualItems();
  const first = (inSight[0]?.index ?? 0) * columns;
  const last = ((inSight.at(-1)?.index ?? 0) + 1) * columns - 1;
  useEffect(() => look(ahead(first, last)), [look, first, last]);
  const to = useCallback((position: number) => rows.scrollToIndex(Math.floor(position / columns), { align: "start" }), [rows, columns]);
  const arrows = useArrows(around, { columns, total, to });

  if (list.failed && list.total === null) return <Failure error={list.failed} retry={list.retry} />;
  if (list.total === 0)
    return (
      <Empty icon={SearchX} title={narrowed(choice).length ? t("library.nothingLike") : t("library.empty")}>
        {narrowed(choice).length ? (
          <button type="button" onClick={clear} className="min-h-11 text-accent underline underline-offset-2">
            {t("library.clear")}
          </button>
        ) : (
          t("library.emptyWhy")
        )}
      </Empty>
    );
  return (
    <>
      <p role="status" className="min-h-6 text-sm text-soft">
        {list.total !== null && t(`library.count.${kind}`, { count: list.total, number: number(list.total) })}
        {list.stale && <span className="text-warn"> · {t("library.stale")}</span>}
      </p>
      {list.failed && <Failure error={list.failed} retry={list.retry} />}
      <div className="flex gap-2">
        {/* The keys only move the focus between links, which are what is used. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <div
          ref={setAround}
          role="list"
          aria-label={t(`library.kind.${kind}`)}
          aria-busy={list.total === null}
          onKeyDown={arrows}
          className="relative min-w-0 flex-1"
          style={{ height: list.total === null ? "100dvh" : rows.getTotalSize(), contain: "layout style" }}
        >
          {width > 0 &&
            (list.total === null ? Array.from({ length: 4 }, (_, index) => ({ index, start: top + index * height })) : inSight).map((row) => (
              <Row key={row.index} index={row.index} start={row.start - top} columns={columns} total={list.total} at={list.at} shape={shape} />
            ))}
        </div>
        {list.marks.length > 2 && total > 60 && <JumpTo marks={list.marks} at={markAt(list.marks, first)} to={to} />}
      </div>
    </>
  );
}

interface RowProps {
  index: number;
  start: number;
  columns: number;
  /** Null while nobody knows. */
  total: number | null;
  at: (position: number) => Schemas["LibraryItem"] | undefined;
  shape: Shape;
}

const Row = memo(function Row({ index, start, columns, total, at, shape }: RowProps) {
  const count = total === null ? columns : Math.min(columns, total - index * columns);
  return (
    <div role="none" className="absolute inset-x-0 grid gap-x-4" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, transform: `translateY(${start}px)` }}>
      {Array.from({ length: count }, (_, column) => {
        const position = index * columns + column;
        return <GridCard key={position} item={at(position)} position={position} total={total ?? 0} shape={shape} />;
      })}
    </div>
  );
});

interface Span {
  first: number;
  last: number;
}

/** What is near, looked at a few times a second, and not while the list flies by. */
function useNear(): [Span, (span: Span) => void] {
  const [near, setNear] = useState<Span>({ first: 0, last: 0 });
  const seen = useRef({ latest: near, before: near, timer: 0 });
  const look = useCallback((span: Span) => {
    const state = seen.current;
    state.latest = span;
    if (state.timer) return;
    const later = () => {
      const flies = Math.abs(state.latest.first - state.before.first) > FLYING;
      state.before = state.latest;
      state.timer = flies ? window.setTimeout(later, LOOK_MS) : 0;
      if (!flies) setNear((now) => (now.first === state.latest.first && now.last === state.latest.last ? now : state.latest));
    };
    state.timer = window.setTimeout(later, LOOK_MS);
  }, []);
  useEffect(() => {
    const state = seen.current;
    return () => {
      window.clearTimeout(state.timer);
      state.timer = 0;
    };
  }, []);
  return [near, look];
}

/** How wide the list is, and how far below the top of the page it begins. Not measured while rows come and go: each time the
 * browser would have to lay out the page at once. */
function usePlace(element: HTMLDivElement | null) {
  const [place, setPlace] = useState({ width: 0, top: 0 });
  useLayoutEffect(() => {
    if (!element) return;
    const look = () => {
      const next = { width: element.clientWidth, top: Math.round(element.getBoundingClientRect().top + window.scrollY) };
      setPlace((now) => (now.width === next.width && now.top === next.top ? now : next));
    };
    look();
    const watching = new ResizeObserver(look);
    watching.observe(element);
    watching.observe(document.body);
    return () => watching.disconnect();
  }, [element]);
  return place;
}

/** The arrow keys go from picture to picture, also to one that is not on the page yet. */
function useArrows(around: HTMLDivElement | null, list: { columns: number; total: number; to: (position: number) => void }) {
  return (event: KeyboardEvent) => {
    const from = Number((event.target as HTMLElement).closest<HTMLElement>("[data-position]")?.dataset["position"] ?? NaN);
    const next = moved(event.key, from, list);
    if (next === null) return;
    event.preventDefault();
    const link = () => around?.querySelector<HTMLElement>(`[data-position="${next}"] a`);
    const there = link();
    if (there) {
      there.focus();
      return;
    }
    list.to(next);
    const until = performance.now() + 3000;
    const look = () => {
      const found = link();
      if (found) found.focus();
      else if (performance.now() < until) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  };
}
