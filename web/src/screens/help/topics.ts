export interface Topic {
  name: string;
  /** Where to do it. */
  to?: string;
}

/** What people ask, in the order in which they do. */
export const GROUPS: { name: string; admins?: true; topics: Topic[] }[] = [
  {
    name: "requests",
    topics: [
      { name: "request", to: "/search" },
      { name: "pending", to: "/requests" },
      { name: "where", to: "/requests" },
      { name: "partly" },
      { name: "declined", to: "/requests" },
      { name: "quota", to: "/account" },
      { name: "fourK" },
      { name: "already" },
      { name: "watchlist", to: "/account/watchlist" },
    ],
  },
  {
    name: "watching",
    topics: [{ name: "wrong", to: "/issues" }, { name: "watch", to: "/library" }, { name: "down", to: "/services" }],
  },
  {
    name: "youtube",
    topics: [
      { name: "download", to: "/youtube" },
      { name: "subscribe", to: "/youtube/subscriptions" },
    ],
  },
  {
    name: "messages",
    topics: [
      { name: "notified", to: "/account/notifications" },
      { name: "quiet", to: "/account/notifications" },
    ],
  },
  {
    name: "account",
    topics: [
      { name: "install" },
      { name: "language", to: "/account" },
      { name: "password", to: "/account/security" },
      { name: "secondFactor", to: "/account/security" },
      { name: "lost", to: "/account/devices" },
      { name: "privacy", to: "/account/data" },
      { name: "offline" },
      { name: "number" },
    ],
  },
  {
    name: "admins",
    admins: true,
    topics: [
      { name: "invite", to: "/admin/invites" },
      { name: "fromPlex", to: "/admin/people" },
      { name: "auto", to: "/admin/rules" },
      { name: "limits", to: "/admin/people" },
      { name: "lockedOut", to: "/admin/people" },
      { name: "connect", to: "/admin/integrations" },
      { name: "faster", to: "/admin/webhooks" },
      { name: "overseerr", to: "/admin/import" },
      { name: "audit", to: "/admin/audit" },
      { name: "tell", to: "/admin/broadcasts" },
    ],
  },
];
