import account from "./account.json";
import admin from "./admin.json";
import adminAudit from "./admin_audit.json";
import adminBackups from "./admin_backups.json";
import adminConnections from "./admin_connections.json";
import adminMessages from "./admin_messages.json";
import adminPeople from "./admin_people.json";
import adminRequests from "./admin_requests.json";
import adminSystem from "./admin_system.json";
import help from "./help.json";
import notices from "./notices.json";
import setup from "./setup.json";
import youtube from "./youtube.json";

export default {
  ...account,
  ...admin,
  ...adminAudit,
  ...adminBackups,
  ...adminConnections,
  ...adminMessages,
  ...adminPeople,
  ...adminRequests,
  ...adminSystem,
  ...help,
  ...notices,
  ...setup,
  ...youtube,
};
