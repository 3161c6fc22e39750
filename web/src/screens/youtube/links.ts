const HOSTS = /^(?:(?:www|m|music)\.)?youtube\.com$|^youtu\.be$|^(?:www\.)?youtube-nocookie\.com$/i;
const ADDRESS = /(?<![\w.@-])(?:https?:\/\/)?(?:[\w-]+\.)*(?:youtube\.com|youtu\.be|youtube-nocookie\.com)\/[^\s<>"']+/i;
const LEADS_SOMEWHERE = /^\/(?:watch|playlist|shorts\/|live\/|embed\/|v\/|@|channel\/|c\/|user\/)/;

/** The first address of YouTube in what somebody has pasted or shared; null where there is none. */
export function youtubeLink(...texts: (string | null | undefined)[]): string | null {
  for (const text of texts) {
    const found = text?.match(ADDRESS)?.[0].replace(/[.,;:!?)\]]+$/, "");
    if (!found) continue;
    const url = addressOf(/^https?:/i.test(found) ? found : `https://${found}`);
    if (!url || !HOSTS.test(url.hostname)) continue;
    if (url.hostname === "youtu.be" ? url.pathname.length > 1 : LEADS_SOMEWHERE.test(url.pathname)) return url.href;
  }
  return null;
}

function addressOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
