import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import { Problem } from "@/api/problem";
import { Failure } from "@/ui/Failure";

afterEach(() => Reflect.deleteProperty(navigator, "clipboard"));

function showIt() {
  render(<Failure error={new Problem(500, { code: "INTERNAL", correlationId: "c-17" })} />);
  fireEvent.click(screen.getByText("c-17"));
}

test("it says when its number is copied", async () => {
  const writeText = vi.fn(() => Promise.resolve());
  Object.defineProperty(navigator, "clipboard", { value: { writeText }, configurable: true });
  showIt();
  await screen.findByText("Copied");
  expect(writeText).toHaveBeenCalledWith("c-17");
});

test("without a clipboard the number is marked, to be copied by hand", async () => {
  showIt();
  await vi.waitFor(() => expect(String(getSelection())).toBe("c-17"));
});
