import {
  Activity,
  Archive,
  Bug,
  Cable,
  Gauge,
  HardDrive,
  Import,
  Layers,
  ListChecks,
  LayoutDashboard,
  LogIn,
  Mail,
  Megaphone,
  MessageSquareText,
  PanelsTopLeft,
  Scale,
  ScrollText,
  Send,
  Server,
  Siren,
  Users,
  Webhook,
  Wrench,
  Zap,
  type LucideIcon,
} from "lucide-react";
import type { ParseKeys } from "i18next";

export interface AdminPlace {
  to: string;
  name: ParseKeys;
  /** What is to be found there. */
  about: ParseKeys;
  icon: LucideIcon;
}

export interface AdminGroup {
  name: ParseKeys;
  places: AdminPlace[];
}

export const OVERVIEW: AdminPlace = { to: "/admin", name: "admin.places.overview", about: "admin.about.overview", icon: LayoutDashboard };

/** Everything below `/admin`, as the side list and the overview show it. A new screen is a line here. */
export const GROUPS: AdminGroup[] = [
  {
    name: "admin.groups.people",
    places: [
      { to: "/admin/people", name: "admin.places.people", about: "admin.about.people", icon: Users },
      { to: "/admin/invites", name: "admin.places.invites", about: "admin.about.invites", icon: Mail },
      { to: "/admin/sign-ins", name: "admin.places.signIns", about: "admin.about.signIns", icon: LogIn },
      { to: "/admin/audit", name: "admin.places.audit", about: "admin.about.audit", icon: ScrollText },
    ],
  },
  {
    name: "admin.groups.requests",
    places: [
      { to: "/admin/rules", name: "admin.places.rules", about: "admin.about.rules", icon: Scale },
      { to: "/admin/quotas", name: "admin.places.quotas", about: "admin.about.quotas", icon: Gauge },
      { to: "/admin/import", name: "admin.places.import", about: "admin.about.import", icon: Import },
    ],
  },
  {
    name: "admin.groups.connections",
    places: [
      { to: "/admin/integrations", name: "admin.places.integrations", about: "admin.about.integrations", icon: Cable },
      { to: "/admin/plex", name: "admin.places.plex", about: "admin.about.plex", icon: HardDrive },
      { to: "/setup", name: "setup.title", about: "setup.about", icon: ListChecks },
      { to: "/admin/webhooks", name: "admin.places.webhooks", about: "admin.about.webhooks", icon: Webhook },
    ],
  },
  {
    name: "admin.groups.messages",
    places: [
      { to: "/admin/broadcasts", name: "admin.places.broadcasts", about: "admin.about.broadcasts", icon: Megaphone },
      { to: "/admin/templates", name: "admin.places.templates", about: "admin.about.templates", icon: MessageSquareText },
      { to: "/admin/deliveries", name: "admin.places.deliveries", about: "admin.about.deliveries", icon: Send },
    ],
  },
  {
    name: "system.place.group",
    places: [
      { to: "/admin/monitors", name: "system.place.monitors", about: "system.place.monitorsAbout", icon: Activity },
      { to: "/admin/incidents", name: "system.place.incidents", about: "system.place.incidentsAbout", icon: Siren },
      { to: "/admin/maintenance", name: "system.place.maintenance", about: "system.place.maintenanceAbout", icon: Wrench },
      { to: "/admin/status-pages", name: "system.place.pages", about: "system.place.pagesAbout", icon: PanelsTopLeft },
      { to: "/admin/queues", name: "system.place.queues", about: "system.place.queuesAbout", icon: Layers },
      { to: "/admin/errors", name: "system.place.faults", about: "system.place.faultsAbout", icon: Bug },
      { to: "/admin/resilience", name: "system.place.breakers", about: "system.place.breakersAbout", icon: Zap },
      { to: "/admin/backups", name: "system.place.backups", about: "system.place.backupsAbout", icon: Archive },
      { to: "/admin/system", name: "system.place.state", about: "system.place.stateAbout", icon: Server },
    ],
  },
];
