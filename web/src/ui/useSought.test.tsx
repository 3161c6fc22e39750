import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { useSought } from "@/ui/useSought";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function box(first: string) {
  const sent: string[] = [];
  const hook = renderHook(({ q }) => useSought(q, (words) => sent.push(words)), { initialProps: { q: first } });
  return {
    sent,
    typed: () => hook.result.current.typed,
    type: (words: string) => act(() => hook.result.current.setTyped(words)),
    send: (words: string) => act(() => hook.result.current.send(words)),
    pause: () =>
      act(() => {
        vi.advanceTimersByTime(300);
      }),
    arrives: (q: string) => hook.rerender({ q }),
  };
}

test("letters typed while an earlier word is on its way stay", () => {
  const it = box("");
  it.type("du");
  it.pause();
  it.type("dun");
  it.arrives("du");
  expect(it.typed()).toBe("dun");
  it.pause();
  it.type("dune ");
  it.arrives("dun");
  it.pause();
  it.arrives("dune");
  expect(it.typed()).toBe("dune ");
  expect(it.sent).toEqual(["du", "dun", "dune "]);
});

test("going back, and filters that are cleared, are followed", () => {
  const it = box("heat");
  it.send("dune");
  it.arrives("dune");
  it.arrives("heat");
  expect(it.typed()).toBe("heat");
  it.arrives("");
  expect(it.typed()).toBe("");
});
