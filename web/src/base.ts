/** Where the portal is mounted: empty, or like `/nest`. The gateway says so in the `<base>` of the page. */
export const BASE = new URL(document.baseURI).pathname.replace(/\/+$/, "");
