import type { Schemas } from "@/api/client";

export interface Draft {
  audience: Schemas["BroadcastAudience"];
  role: Schemas["Role"];
  userIds: string[];
  title: string;
  body: string;
  link: string;
  urgency: Schemas["Urgency"];
  pinned: boolean;
  /** As an input of a moment has it, where the person is; empty is for ever. */
  expires: string;
}

export const EMPTY: Draft = { audience: "everyone", role: "user", userIds: [], title: "", body: "", link: "", urgency: "normal", pinned: false, expires: "" };

/** To whom: what the choice does not speak of is left out, whatever was chosen before. */
export function addressees({ audience, role, userIds }: Draft): Schemas["AddresseesBody"] {
  return { audience, role: audience === "role" ? role : null, userIds: audience === "people" ? userIds : [] };
}

export function broadcastBody(draft: Draft): Schemas["BroadcastBody"] {
  return {
    ...addressees(draft),
    title: draft.title.trim(),
    body: draft.body.trim(),
    link: draft.link.trim() || null,
    urgency: draft.urgency,
    pinned: draft.pinned,
    expiresAt: draft.expires ? new Date(draft.expires).toISOString() : null,
  };
}

/** There is somebody to send it to. */
export function hasAddressees({ audience, userIds }: Draft): boolean {
  return audience !== "people" || userIds.length > 0;
}
