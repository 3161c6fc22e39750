// Made by tools/live_types.py from the AsyncAPI document; changes are lost.

export const SUBPROTOCOL = "medianest.v1";
export const MAX_MESSAGE_BYTES = 65536;

/** `item` is movie, season, seasons, episodes, album or many. */
export interface AboutArrival {
  item: string;
  title: string | null;
  year: number | null;
  mediaType: MediaType | null;
  tmdbId: number | null;
  seasons: number[];
  episodes: number | null;
  libraryKey: string;
  count: number;
}

export interface AboutBroadcast {
  broadcastId: string;
}

export interface AboutBrowser {
  browser: string | null;
  place: string | null;
}

export interface AboutChannel {
  channelId: string;
  kind: ChannelKind;
  name: string;
}

/** `kinds` are the system's own words for what is wrong, and `level` how bad the worst of it is. */
export interface AboutComplaints {
  source: WebhookSource;
  instance: string;
  level: Level;
  kinds: string[];
}

export interface AboutDeadLetters {
  handler: string;
  service: string;
  count: number;
  waiting: number;
}

export interface AboutDownload {
  downloadId: string | null;
  videoId: string;
  title: string;
  code: FailureCode | null;
  plexUrl: string | null;
}

export interface AboutIdentity {
  provider: string;
}

export interface AboutImport {
  importId: string;
  dryRun: boolean;
}

export interface AboutIssue {
  issueId: string;
  mediaType: MediaType;
  tmdbId: number;
  title: string;
  year: number | null;
  kind: IssueKind;
  season: number | null;
  episode: number | null;
  status: IssueStatus;
  change: NotificationType;
}

export interface AboutList {
  batchId: string;
  title: string;
}

export interface AboutListFailure {
  batchId: string;
  title: string;
  code: FailureCode;
}

export interface AboutPause {
  code: FailureCode | null;
}

export interface AboutPerson {
  userId: string;
}

export interface AboutRequest {
  requestId: string;
  mediaType: MediaType;
  tmdbId: number;
  title: string;
  year: number | null;
  seasons: number[];
  is4k: boolean;
  status: RequestStatus;
  reason: string | null;
}

export interface AboutRole {
  userId: string;
  role: Role;
}

export interface AboutSecondFactor {
  change: string;
  recoveryCodesLeft: number;
}

export interface AboutService {
  monitorId: string;
  name: string;
}

export interface AboutSession {
  sessionId: string | null;
}

export interface AboutSignIn {
  sessionId: string;
  browser: string | null;
  place: string | null;
}

export interface AboutStuckDownload {
  source: WebhookSource;
  instance: string;
  title: string;
}

export interface AboutSubscription {
  subscriptionId: string;
  code: FailureCode;
}

export interface AboutToken {
  tokenId: string;
  scopes: string[];
}

/** What follows is everything after the position the client named, then what happens from now on. */
export interface AuthOk {
  t: "auth_ok";
  userId: string;
  epoch: string;
  head: number;
  unread: number;
}

/** Said before closing. `retry_ms` spreads those who come back; None means do not come back by yourself. */
export interface Bye {
  t: "bye";
  code: number;
  reason: string;
  retryMs: number | null;
}

export type ChannelKind = "email" | "web_push" | "discord" | "telegram" | "ntfy" | "gotify" | "apprise";

/** What a client may say: `auth` first, then `pong`, `ping`, `refresh`, and `ack`, which needs no answer. */
export interface ClientMessage {
  t: "auth" | "ping" | "pong" | "ack" | "refresh";
  ticket?: string | null;
  epoch?: string | null;
  lastSeq?: number | null;
}

/** Of everything that is downloaded for one request, together. A season pack is one item. */
export interface DownloadProgress {
  percent: number | null;
  size: number;
  left: number;
  eta: string | null;
  state: DownloadState;
  trouble: string | null;
  items: number;
}

/** `position` is that in the queue, `progress` that of a running download. */
export interface DownloadShown {
  downloadId: string;
  status: DownloadStatus;
  progress: Progress | null;
  position: number | null;
}

export type DownloadState = "queued" | "downloading" | "paused" | "importing" | "stuck" | "failed";

export type DownloadStatus = "queued" | "waiting" | "downloading" | "processing" | "importing" | "ready" | "paused" | "failed" | "cancelled" | "removed";

/** Why something could not be downloaded, as data. The sentence for people comes with it. */
export type FailureCode = "PRIVATE" | "GEO_BLOCKED" | "AGE_RESTRICTED" | "BOT_CHECK" | "RATE_LIMITED" | "IP_BLOCKED" | "REMOVED" | "UNAVAILABLE" | "MEMBERS_ONLY" | "PAYMENT_REQUIRED" | "UPCOMING" | "LIVE_NOW" | "LIVE_ENDED" | "DRM" | "NO_FORMATS" | "NO_JS_RUNTIME" | "FFMPEG_MISSING" | "FORBIDDEN_MEDIA" | "DAILY_LIMIT" | "NETWORK" | "NO_SPACE" | "UNSUPPORTED" | "STALLED" | "TOO_SLOW" | "CRASHED" | "BROKEN_FILE" | "TOO_LARGE" | "UNKNOWN";

/** Too much was missed to be replayed: read the inbox over REST and go on from `head`. */
export interface Gap {
  t: "gap";
  epoch: string;
  head: number;
  unread: number;
}

export interface Hello {
  t: "hello";
  v: number;
  heartbeatMs: number;
  authTimeoutMs: number;
  maxMessage: number;
}

export interface InboxCount {
  unread: number;
  head: number;
}

/** An entry was pinned, or its pin taken off: because its reader has said so or dismissed it, or because what it told of was withdrawn. */
export interface InboxPin {
  id: string;
  seq: number;
  pinnedAt: string | null;
  notification: Notification | null;
}

export type IssueKind = "video" | "audio" | "subtitle" | "other";

export interface IssueMove {
  issueId: string;
  change: string;
  status: IssueStatus;
  version: number;
}

export type IssueStatus = "open" | "resolved";

/** How bad it is, as Sonarr and its kin say it. */
export type Level = "notice" | "warning" | "error";

export type MediaType = "movie" | "tv";

export type MonitorState = "up" | "degraded" | "down" | "auth" | "unknown" | "maintenance" | "pending" | "flapping";

export interface MonitorStatus {
  id: string;
  name: string;
  kind: string;
  group: string | null;
  status: MonitorState;
  latencyMs: number | null;
  uptime: Uptime;
  coverage: number;
  lastCheckAt: string | null;
  since: string | null;
  message: string | null;
  maintenanceUntil: string | null;
  blockedBy: string | null;
}

export interface NoData {
}

/** `seq` counts up by one per user, without holes, and never changes. */
export interface Notification {
  seq: number;
  id: string;
  type: NotificationType;
  title: string;
  body: string;
  link: string | null;
  data: Record<string, unknown>;
  createdAt: string;
  readAt: string | null;
  dismissedAt: string | null;
  pinnedAt: string | null;
}

export type NotificationType = "request.created" | "request.approved" | "request.declined" | "request.processing" | "request.partially_available" | "request.available" | "request.failed" | "request.cancelled" | "request.edited" | "request.stuck" | "request.from_watchlist" | "watchlist.unreadable" | "quota.changed" | "import.ended" | "issue.created" | "issue.commented" | "issue.resolved" | "issue.reopened" | "download.ready" | "download.failed" | "downloads.paused" | "downloads.resumed" | "list.indexed" | "list.failed" | "subscription.failed" | "library.added" | "service.down" | "service.degraded" | "service.recovered" | "service.still_down" | "service.certificate_expiring" | "service.complained" | "service.complaints_ended" | "service.download_stuck" | "service.dead_letters" | "security.new_sign_in" | "security.session_reused" | "security.session_limit" | "security.password_changed" | "security.second_factor_changed" | "security.identity_linked" | "security.identity_unlinked" | "security.second_factor_blocked" | "security.token_created" | "security.role_changed" | "security.email_changed" | "people.invite_accepted" | "channel.disabled" | "people.access_lost" | "people.suspended" | "broadcast";

export interface NotificationPage {
  items: Notification[];
  nextCursor: string | null;
  total: number | null;
}

/** To be answered with `{"t": "pong"}`. */
export interface Ping {
  t: "ping";
}

/** `PREROLL` is what the server shows before a film, `OTHER` what is in no library and is none of the others. */
export type PlayKind = "library" | "live" | "preroll" | "other";

export interface PlaySession {
  id: string;
  viewer: Viewer;
  item: PlayedItem;
  stream: Stream;
  state: PlayState;
  positionSeconds: number;
  startedAt: string;
  seenAt: string;
}

export type PlayState = "playing" | "paused" | "buffering" | "stopped";

/** `rating_key` and `library_key` are None for live television and for what is in no library. `top_title` is the show or artist of an episode or track. */
export interface PlayedItem {
  kind: PlayKind;
  ratingKey: string | null;
  libraryKey: string | null;
  type: string;
  title: string;
  parentTitle: string | null;
  topTitle: string | null;
  index: number | null;
  parentIndex: number | null;
  year: number | null;
  image: string | null;
  durationSeconds: number | null;
}

/** The answer to a client's `ping`. */
export interface Pong {
  t: "pong";
}

/** Bytes are of all streams together; what is not known is None. */
export interface Progress {
  step: ProgressStep;
  percent: number | null;
  downloadedBytes: number;
  totalBytes: number | null;
  bytesPerSecond: number | null;
  etaSeconds: number | null;
}

export type ProgressStep = "starting" | "downloading" | "merging" | "cutting" | "tagging" | "checking" | "moving";

/** The sign-in behind this socket ends soon: send a new ticket in a `refresh` message. */
export interface RefreshSoon {
  t: "refresh_soon";
  expiresAt: string;
}

export interface Refreshed {
  t: "refreshed";
  expiresAt: string;
}

export interface RequestMove {
  requestId: string;
  status: RequestStatus;
  version: number;
}

export interface RequestProgress {
  requestId: string;
  download: DownloadProgress | null;
}

export type RequestStatus = "pending" | "approved" | "processing" | "partially_available" | "available" | "declined" | "failed" | "cancelled";

export type Role = "owner" | "admin" | "user";

export interface ScanProgress {
  libraryKey: string;
  title: string | null;
  percent: number | null;
  done: boolean;
}

/** For the first message on the socket at `url`; works once, for `expires_in` seconds. */
export interface SocketTicket {
  ticket: string;
  expiresIn: number;
  url: string;
}

export interface Stream {
  player: string | null;
  platform: string | null;
  product: string | null;
  decision: StreamDecision | null;
  quality: string | null;
  bandwidthKbps: number | null;
  local: boolean | null;
  relayed: boolean | null;
}

/** `DIRECT_STREAM`: in another container, sound and picture as they are in the file. */
export type StreamDecision = "direct_play" | "direct_stream" | "transcode";

/** Shares of 1 by time in state; None where nothing was measured. */
export interface Uptime {
  day: number | null;
  week: number | null;
  month: number | null;
  quarter: number | null;
}

/** `user_id` is None for accounts that have never signed in here. */
export interface Viewer {
  accountId: number;
  userId: string | null;
  name: string;
}

export type WebhookSource = "sonarr" | "radarr" | "prowlarr" | "uptime-kuma" | "generic";

/** What `data` holds in each type of `event` frame. */
export interface EventData {
  "request.created": AboutRequest;
  "request.approved": AboutRequest;
  "request.declined": AboutRequest;
  "request.processing": AboutRequest;
  "request.partially_available": AboutRequest;
  "request.available": AboutRequest;
  "request.failed": AboutRequest;
  "request.cancelled": AboutRequest;
  "request.edited": AboutRequest;
  "request.stuck": AboutRequest;
  "request.from_watchlist": AboutRequest;
  "issue.created": AboutIssue;
  "issue.commented": AboutIssue;
  "issue.resolved": AboutIssue;
  "issue.reopened": AboutIssue;
  "download.ready": AboutDownload;
  "download.failed": AboutDownload;
  "downloads.paused": AboutPause;
  "downloads.resumed": NoData;
  "list.indexed": AboutList;
  "list.failed": AboutListFailure;
  "subscription.failed": AboutSubscription;
  "security.new_sign_in": AboutSignIn;
  "security.session_reused": AboutSession;
  "security.session_limit": AboutSession;
  "security.password_changed": NoData;
  "security.second_factor_changed": AboutSecondFactor;
  "security.identity_linked": AboutIdentity;
  "security.identity_unlinked": AboutIdentity;
  "security.second_factor_blocked": AboutBrowser;
  "security.token_created": AboutToken;
  "people.invite_accepted": AboutPerson;
  "security.role_changed": AboutRole;
  "security.email_changed": NoData;
  "people.access_lost": AboutPerson;
  "people.suspended": AboutPerson;
  "watchlist.unreadable": NoData;
  "quota.changed": NoData;
  "import.ended": AboutImport;
  "library.added": AboutArrival;
  "service.down": AboutService;
  "service.degraded": AboutService;
  "service.recovered": AboutService;
  "service.still_down": AboutService;
  "service.certificate_expiring": AboutService;
  "service.complained": AboutComplaints;
  "service.complaints_ended": AboutComplaints;
  "service.download_stuck": AboutStuckDownload;
  "service.dead_letters": AboutDeadLetters;
  "channel.disabled": AboutChannel;
  "broadcast": AboutBroadcast;
}

export type EventType = keyof EventData;

export type EventFrame<K extends EventType = EventType> = {
  [T in K]: { t: "event"; seq: number; id: string; ts: string; type: T; title: string; body: string; link: string | null; data: EventData[T]; readAt: string | null; dismissedAt: string | null; pinnedAt: string | null; };
}[K];

/** What `data` holds in each type of `live` frame. */
export interface LiveData {
  "inbox.counted": InboxCount;
  "inbox.pinned": InboxPin;
  "request.moved": RequestMove;
  "issue.changed": IssueMove;
  "media.request.progress": RequestProgress;
  "download.progress": DownloadShown;
  "plex.session": PlaySession;
  "plex.scan": ScanProgress;
  "monitor.changed": MonitorStatus;
}

export type LiveType = keyof LiveData;

export type LiveFrame<K extends LiveType = LiveType> = {
  [T in K]: { t: "live"; key: string; type: T; data: LiveData[T]; };
}[K];

export type LastingType = "download.progress" | "media.request.progress" | "plex.session" | "monitor.changed";

export type SnapshotFrame<K extends LastingType = LastingType> = {
  [T in K]: { t: "snapshot"; type: T; complete: boolean; states: LiveFrame<T>[] };
}[K];

export type ServerFrame = Hello | AuthOk | Gap | Ping | Pong | RefreshSoon | Refreshed | Bye | EventFrame | LiveFrame | SnapshotFrame;
