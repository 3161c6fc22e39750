import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Toasts, useToasts, type Said } from "@/ui/Toasts";

let told: Said;

function Teller() {
  const { tell } = useToasts();
  return <button onClick={() => tell(told)}>!</button>;
}

function tell(said: Said) {
  told = said;
  fireEvent.click(screen.getByText("!"));
}

beforeEach(() => {
  vi.useFakeTimers();
  render(
    <Toasts>
      <Teller />
    </Toasts>,
  );
});
afterEach(() => vi.useRealTimers());

const pass = (seconds: number) =>
  act(() => {
    vi.advanceTimersByTime(seconds * 1000);
  });

test("what is said goes by itself, and then cannot be undone any more", () => {
  const undo = vi.fn();
  const gone = vi.fn();
  tell({ title: "Deleted", undo, gone });
  expect(screen.getByText("Deleted").closest("[aria-live=polite]")).not.toBeNull();
  pass(7);
  expect(screen.queryByText("Deleted")).toBeNull();
  expect([undo.mock.calls.length, gone.mock.calls.length]).toEqual([0, 1]);
});

test("it stays while somebody points at it", () => {
  tell({ title: "Deleted" });
  fireEvent.pointerEnter(screen.getByRole("listitem"));
  pass(60);
  expect(screen.getByText("Deleted")).toBeTruthy();
  fireEvent.pointerLeave(screen.getByRole("listitem"));
  pass(7);
  expect(screen.queryByText("Deleted")).toBeNull();
});

test("undone is not gone", () => {
  const undo = vi.fn();
  const gone = vi.fn();
  tell({ title: "Deleted", undo, gone });
  fireEvent.click(screen.getByRole("button", { name: "Undo" }));
  pass(7);
  expect([undo.mock.calls.length, gone.mock.calls.length]).toEqual([1, 0]);
});

test("the fourth makes the first final", () => {
  const gone = vi.fn();
  tell({ title: "1", gone });
  for (const title of ["2", "3", "4"]) tell({ title });
  expect(screen.getAllByRole("listitem").map((each) => each.querySelector("p")?.textContent)).toEqual(["2", "3", "4"]);
  expect(gone).toHaveBeenCalledOnce();
});
