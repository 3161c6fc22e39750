import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";

import { Menu, MenuItem } from "@/ui/Menu";
import { Sheet } from "@/ui/Sheet";

function Opened({ stays = false, focused = false }: { stays?: boolean; focused?: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button onClick={() => setOpen(true)}>opener</button>
      <Menu trigger={<button>menu</button>}>
        <MenuItem act={() => setOpen(true)}>item</MenuItem>
      </Menu>
      <Sheet title="sheet" open={open} setOpen={setOpen} stays={stays}>
        <input aria-label="field" autoFocus={focused} />
        <button onClick={() => setOpen(false)}>done</button>
      </Sheet>
    </>
  );
}

function openIt() {
  const opener = screen.getByText("opener");
  opener.focus();
  fireEvent.click(opener);
}

const close = () => screen.queryByRole("button", { name: "Close" });

test.each([false, true])("it opens with what it is for, and leads back to what opened it", async (focused) => {
  render(<Opened focused={focused} />);
  openIt();
  expect(document.activeElement).toBe(screen.getByLabelText("field"));
  fireEvent.click(close()!);
  expect(screen.queryByRole("dialog")).toBeNull();
  await waitFor(() => expect(document.activeElement).toBe(screen.getByText("opener")));
});

test("from a menu it leads back to what opened that", async () => {
  render(<Opened />);
  const menu = screen.getByText("menu");
  menu.focus();
  fireEvent.keyDown(menu, { key: "Enter" });
  fireEvent.click(await screen.findByText("item"));
  await screen.findByRole("dialog");
  await new Promise((wake) => setTimeout(wake, 20));
  fireEvent.click(close()!);
  await waitFor(() => expect(document.activeElement).toBe(menu));
});

test("what is shown once is not lost by a stray tap", async () => {
  render(<Opened stays />);
  openIt();
  await new Promise((wake) => setTimeout(wake));
  expect(close()).toBeNull();
  fireEvent.keyDown(document, { key: "Escape" });
  fireEvent.pointerDown(document.body);
  expect(screen.queryByRole("dialog")).not.toBeNull();
  fireEvent.click(screen.getByText("done"));
  expect(screen.queryByRole("dialog")).toBeNull();
});
