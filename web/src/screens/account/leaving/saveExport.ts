import { http } from "@/api/client";

/** All that the portal keeps about whoever asks, as a file. */
export async function saveExport(): Promise<void> {
  const { data } = await http.GET("/api/v1/users/me/export", { parseAs: "blob" });
  const address = URL.createObjectURL(data!);
  const link = document.createElement("a");
  link.href = address;
  link.download = `medianest-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
