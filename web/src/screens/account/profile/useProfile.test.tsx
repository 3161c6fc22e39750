import { QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";

import { api, http, queries } from "@/api/client";
import { follow } from "@/screens/account/notifications/tongue";
import { useProfile } from "@/screens/account/profile/useProfile";

vi.mock("@/screens/account/notifications/tongue", () => ({ follow: vi.fn(() => Promise.resolve()) }));

const Around = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>;

test("messages hear of every choice, in turn, though the page has gone to another screen", async () => {
  const key = api.queryOptions("get", "/api/v1/auth/session").queryKey;
  queries.setQueryData(key, { user: { id: "anna", locale: null, timeZone: null } });
  vi.spyOn(http, "PATCH").mockImplementation(((_: string, { body }: { body: object }) => Promise.resolve({ data: body })) as never);
  const { result, unmount } = renderHook(useProfile, { wrapper: Around });

  act(() => {
    result.current.change({ locale: "de" });
    result.current.change({ timeZone: "Asia/Tokyo" });
    result.current.change({ timeZone: null });
  });
  unmount();

  await vi.waitFor(() => expect(queries.getQueryData(key)).toMatchObject({ user: { locale: "de", timeZone: null } }));
  await vi.waitFor(() => expect(queries.isMutating()).toBe(0));
  expect(vi.mocked(follow).mock.calls).toMatchObject([
    [{ locale: null }, { locale: "de" }],
    [{ locale: "de" }, { timeZone: "Asia/Tokyo" }],
  ]);
});
