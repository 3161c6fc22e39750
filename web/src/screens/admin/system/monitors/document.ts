import { http, type Schemas } from "@/api/client";

export type Document = Schemas["MonitorsDocument"];

/** All monitors as a file that this portal and others can read. */
export async function saveAsFile(): Promise<void> {
  const { data } = await http.GET("/api/v1/admin/monitors/export");
  const address = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `medianest-monitors-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** What stands in such a file; null if it is none. Each of its monitors is looked at by the portal. */
export function documentIn(text: string): Document | null {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== "object" || read === null || !("monitors" in read) || !Array.isArray(read.monitors)) return null;
    return read as Document;
  } catch {
    return null;
  }
}
