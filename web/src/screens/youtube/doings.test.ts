import { expect, test } from "vitest";

import type { Schemas } from "@/api/client";
import { changed, choiceOf } from "@/screens/youtube/choice";
import { asShown, doings } from "@/screens/youtube/doings";

const of = (status: Schemas["DownloadStatus"], more: { priority?: boolean; pinned?: boolean } = {}, admin = false) =>
  doings({ status, priority: false, pinned: false, ...more }, admin);

test("only what is possible is offered", () => {
  expect(of("downloading")).toEqual(["pause", "cancel"]);
  expect(of("importing")).toEqual(["cancel"]);
  expect(of("paused")).toEqual(["resume", "cancel"]);
  expect(of("failed")).toEqual(["retry", "remove"]);
  expect(of("ready")).toEqual(["pin", "remove"]);
  expect(of("ready", { pinned: true })).toEqual(["unpin", "remove"]);
});

test("only administrators let something go first, and only once", () => {
  expect(of("queued", {}, true)).toContain("hurry");
  expect(of("queued", { priority: true }, true)).not.toContain("hurry");
  expect(of("queued")).not.toContain("hurry");
});

test("what is told live wins over the list", () => {
  const download = { id: "1", status: "queued", progress: null, position: 3 } as Schemas["Download"];
  const progress = { step: "downloading", percent: 40 } as Schemas["Progress"];

  expect(asShown(download, { downloadId: "1", status: "downloading", progress, position: null })).toMatchObject({ status: "downloading", progress, position: null });
  expect(asShown(download, undefined)).toBe(download);
});

test("an address shared by a phone is found wherever it stands", () => {
  expect(choiceOf({ link: "See https://youtu.be/abcdefghijk" })).toEqual({ link: "https://youtu.be/abcdefghijk" });
  expect(choiceOf({ url: "https://youtu.be/abcdefghijk", link: "A title" })).toEqual({ link: "https://youtu.be/abcdefghijk" });
  expect(choiceOf({ link: "https://evil.example/", status: "none", everybody: "no" })).toEqual({});
});

test("what is chosen can be taken back", () => {
  expect(changed({ status: "failed", q: "soup" }, { status: "" })).toEqual({ q: "soup" });
  expect(changed({}, { everybody: true, q: false })).toEqual({ everybody: true });
});
