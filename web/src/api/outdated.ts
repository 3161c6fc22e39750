import { queries } from "@/api/client";

/** What has been read of the API below these paths is read again, if it is on the page. Resolves when that is done. */
export async function outdated(...starts: string[]): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey }) => starts.some((start) => String(queryKey[1]).startsWith(start)),
  });
}
