export { LiveClient, SignedOut, type LiveOptions, type Status, type Waits } from "./client.js";
export type { Position, Reread } from "./inbox.js";
export * from "./types.js";
