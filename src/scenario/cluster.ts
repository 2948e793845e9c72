/**
 * Reads `hosts`, `nodes`, `names` and the directives of the short form: the machines and what runs on
 * them. The short form is turned into the configuration files it stands for first, so that everything
 * about the layout (ports, replicaof, who watches what) is checked on configuration files, whoever
 * wrote them.
 */
import { milliseconds } from "../kernel/time.js";
import { type ConfigFiles, filesOf } from "../redis/config/config-files.js";
import { hasWildcard } from "../redis/config/glob-paths.js";
import { KnownFile } from "../redis/config/known-file.js";
import { parseRedisConfig } from "../redis/config/parse-redis-config.js";
import { parseSentinelConfig } from "../redis/config/parse-sentinel-config.js";
import type { Problem } from "../redis/config/problem.js";
import type { MonitoredMaster } from "../redis/config/sentinel-settings.js";
import type { Version } from "../redis/version.js";
import { toBinary } from "../redis/wire/utf8.js";
import { ConfigText, type Layout, layoutOf, sentinelDirectives } from "./config-text.js";
import type { Path, SourceDocument } from "./document.js";
import { parseDuration, parseSize, parseSpan } from "./duration.js";
import { besides, type Included, includedBy } from "./included.js";
import { readHost } from "./machine.js";
import { type Draft, type Group, Membership } from "./membership.js";
import type { ScenarioHost, ScenarioNode } from "./scenario.js";
import type { RawNode } from "./schema/cluster.js";
import type { RawScenario } from "./schema.js";
import { nearest, suggestion } from "./suggest.js";
import { readVersion } from "./version.js";

export interface Cluster {
  readonly hosts: readonly ScenarioHost[];
  readonly nodes: readonly ScenarioNode[];
  readonly names: readonly { readonly name: string; readonly ip: string }[];
}

const reserved: ReadonlySet<string> = new Set([
  "replicas",
  "sentinels",
  "masters",
  "quorum",
  "name",
]);

export function readCluster(
  document: SourceDocument,
  raw: RawScenario,
  version: Version,
  files: ConfigFiles,
): Cluster {
  const groups = shortGroups(raw);
  const drafts = readDrafts(document, raw, groups, files);
  const hosts = readHosts(document, raw, drafts);
  const ipOf = new Map(hosts.map((host) => [host.name, host.ips[0] ?? ""]));
  const names = readNames(document, raw, drafts, ipOf);
  const addressOf = new Map(
    drafts.map((draft) => [draft.name, { ip: ipOf.get(draft.hostName) ?? "", port: draft.port }]),
  );
  checkPorts(document, drafts);

  const texts = new Map<Draft, ConfigText>();
  const included = new Map<Draft, Included>();
  const known = new Map<Draft, KnownFile>();
  for (const draft of drafts) {
    const text = configOf(document, raw, draft, { drafts, groups, addressOf });
    texts.set(draft, text);
    included.set(draft, includedBy(text.text, includesOf(draft.raw, files)));
  }
  for (const [draft, text] of texts) {
    const source = draft.raw.config ?? `${draft.name}.conf`;
    const file = { path: source, text: text.text };
    const includes = included.get(draft) ?? new Map<string, string>();
    const options = {
      version: readVersion(draft.raw.version) ?? version,
      files: filesOf(includes),
    };
    const sentinel = draft.kind === "server" ? undefined : parseSentinelConfig(file, options);
    const { settings, problems, unmodelled } = sentinel ?? parseRedisConfig(file, options);
    if (includes.size === 0)
      known.set(draft, new KnownFile(text.text, options.version, settings, sentinel?.sentinel));
    const place = (found: Problem) => placed(document, draft, text, source, found);
    for (const found of problems) {
      const origin = text.originOf(lineOf(found));
      const hint =
        found.hint ??
        (isMissing(found) ? missingHint(draft, found) : origin && meant(draft, origin));
      document.problems.push(hint === undefined ? place(found) : place({ ...found, hint }));
    }
    document.warnings.push(...unmodelled.map(place));
    if (sentinel !== undefined) {
      checkScripts(document, raw, draft, sentinel.sentinel.masters.values());
    }
  }

  const layouts = new Map(
    drafts.map((draft) => [draft, layoutOf(texts.get(draft)?.text ?? "", included.get(draft))]),
  );
  const membership = new Membership(document, layouts, names, addressOf);
  membership.checkLoops();
  membership.warnOfNamesakes();
  const nodes = drafts.map((draft): ScenarioNode => {
    const source = draft.raw.config ?? `${draft.name}.conf`;
    const isOurs = draft.path.length === 1 && draft.file === undefined;
    if (draft.kind === "sentinel" && !isOurs && layouts.get(draft)?.monitors.length === 0)
      document.problem(
        draft.raw.config === undefined ? draft.path : [...draft.path, "config"],
        `${source} monitors nobody`,
        "it needs a line such as: sentinel monitor mymaster 127.0.0.1 6379 2",
      );
    const { data } = draft.raw;
    return {
      name: draft.name,
      kind: draft.kind,
      version: readVersion(draft.raw.version) ?? version,
      host: draft.hostName,
      port: draft.port,
      groups: membership.groupsOf(draft),
      config: { path: pathOf(draft, drafts), text: texts.get(draft)?.text ?? "", source },
      known: known.get(draft),
      files: [
        ...new Map([...Object.entries(draft.raw.files ?? {}), ...(included.get(draft) ?? [])]),
      ].map(([path, text]) => ({ path, text })),
      scripts: scriptsOf(raw, draft),
      data:
        data === undefined
          ? undefined
          : { keys: data.keys ?? 0, bytes: parseSize(String(data.bytes ?? 0)) ?? 0 },
      start: draft.raw.start === undefined ? undefined : spanOf(document, draft),
      restartAfter: parseDuration(draft.raw["restart-after"] ?? ""),
    };
  });
  return { hosts, nodes, names };
}

/** On the disk of its machine; files of one name there lie in folders with the nodes' names. */
function pathOf(draft: Draft, drafts: readonly Draft[]): string {
  const baseOf = ({ raw, name }: Draft) => (raw.config ?? `${name}.conf`).split("/").at(-1);
  const isShared = drafts.some(
    (other) =>
      other !== draft && other.hostName === draft.hostName && baseOf(other) === baseOf(draft),
  );
  return isShared ? `/etc/redis/${draft.name}/${baseOf(draft)}` : `/etc/redis/${baseOf(draft)}`;
}

/** What a node's configuration may include: files that the scenario gives it, and those beside its own. */
function includesOf(raw: RawNode, files: ConfigFiles): ConfigFiles {
  const own = filesOf(new Map(Object.entries(raw.files ?? {})));
  const base = raw.config ?? "";
  return {
    read: (path) => {
      const text = own.read(path) ?? files.read(besides(base, path));
      return text === undefined ? undefined : toBinary(text);
    },
    list: (folder) => [...new Set([...own.list(folder), ...files.list(besides(base, folder))])],
  };
}

/** How Redis says that an included file is not there (`loadServerConfig()`). */
const cannotOpen = "Fatal error, can't open config file '";

function isMissing({ what }: Problem): boolean {
  return what.startsWith(cannotOpen);
}

function missingHint({ name, raw }: Draft, { what }: Problem): string {
  const path = what.slice(cannotOpen.length, -1);
  if (hasWildcard(path)) return "patterns are new in 7.0: include each file by its name";
  const place = besides(raw.config ?? "", path);
  return `put it at ${place}, or its text into the scenario: nodes.${name}.files`;
}

/** Those of all Sentinels, and the node's own, which count before them. */
function scriptsOf(raw: RawScenario, draft: Draft): ScenarioNode["scripts"] {
  const shared = draft.kind === "sentinel" ? raw.scripts : undefined;
  return Object.entries({ ...shared, ...draft.raw.scripts }).map(([path, { exit, takes }]) => ({
    path,
    exit: exit ?? 0,
    takes: parseDuration(takes ?? "") ?? milliseconds(10),
  }));
}

/** A Sentinel does not start with a script that is not there. */
function checkScripts(
  document: SourceDocument,
  raw: RawScenario,
  draft: Draft,
  masters: Iterable<MonitoredMaster>,
): void {
  const paths = scriptsOf(raw, draft).map(({ path }) => path);
  for (const { notificationScript, clientReconfigScript } of masters) {
    for (const path of [notificationScript, clientReconfigScript]) {
      if (path === undefined || paths.includes(path)) continue;
      const hint = paths.length === 0 ? `scripts: {${path}: {exit: 0}}` : suggestion(path, paths);
      document.problem(draft.path, `${draft.name} has no script ${path}`, hint);
    }
  }
}

function spanOf(document: SourceDocument, draft: Draft): ReturnType<typeof parseSpan> {
  const span = parseSpan(draft.raw.start ?? "");
  if (span === undefined)
    document.problem([...draft.path, "start"], `${draft.raw.start} is not a range of durations`);
  return span;
}

/** What is said of a line that the scenario wrote is said where the scenario has it. */
function placed(
  document: SourceDocument,
  draft: Draft,
  text: ConfigText,
  source: string,
  found: Problem,
): Problem {
  const line = lineOf(found);
  const path = found.where.slice(0, -`:${line}`.length);
  if (path !== source) {
    const included = besides(draft.raw.config ?? "", path);
    return { ...found, where: `${besides(document.file, included)}:${line}` };
  }
  const origin = text.originOf(line);
  if (origin !== undefined) return { ...found, where: document.whereKey(origin) };
  if (draft.file === undefined) return { ...found, where: document.where(draft.path) };
  return { ...found, where: `${besides(document.file, source)}:${line}` };
}

function lineOf({ where }: Problem): number {
  return Number(where.slice(where.lastIndexOf(":") + 1));
}

/** The directive of a Sentinel that was meant by a bare name that is none. */
function meant({ kind }: Draft, origin: Path): string | undefined {
  const name = String(origin.at(-1)).toLowerCase();
  if (kind !== "sentinel" || sentinelDirectives.includes(name)) return undefined;
  if (name === "quorum") return "the quorum is nodes.quorum";
  const near = nearest(name, sentinelDirectives);
  return near === undefined ? undefined : `did you mean ${near}?`;
}

// The short form.

function shortGroups(raw: RawScenario): readonly Group[] {
  const { masters, replicas, name } = raw.nodes;
  if (masters === undefined && replicas === undefined) return [];
  const count = masters ?? 1;
  if (count === 1) return [{ name: name ?? "mymaster", master: "r1" }];
  return Array.from({ length: count }, (_, i) => ({
    name: `${name ?? "mymaster"}-${i + 1}`,
    master: `m${i + 1}-r1`,
  }));
}

/** The nodes that the short form stands for. */
export function shortNames(nodes: {
  readonly masters?: unknown;
  readonly replicas?: unknown;
  readonly sentinels?: unknown;
}): readonly string[] {
  const { masters, replicas, sentinels } = nodes;
  const count = (value: unknown) => (typeof value === "number" ? value : 0);
  const isShort = masters !== undefined || replicas !== undefined;
  const stems =
    masters === undefined || masters === 1
      ? ["r"]
      : Array.from({ length: count(masters) }, (_, i) => `m${i + 1}-r`);
  const numbered = (stem: string, length: number) =>
    Array.from({ length }, (_, i) => `${stem}${i + 1}`);
  return [
    ...(isShort ? stems.flatMap((stem) => numbered(stem, count(replicas) + 1)) : []),
    ...numbered("s", count(sentinels)),
  ];
}

function readDrafts(
  document: SourceDocument,
  raw: RawScenario,
  groups: readonly Group[],
  files: ConfigFiles,
): readonly Draft[] {
  const named = new Map(
    Object.entries(raw.nodes).filter(
      (entry): entry is [string, RawNode] =>
        !reserved.has(entry[0]) && typeof entry[1] === "object",
    ),
  );
  const drafts: Draft[] = [];
  const draft = (name: string, kind: "server" | "sentinel" | undefined, group?: Group) => {
    const own = named.get(name);
    named.delete(name);
    const path: Path = own === undefined ? ["nodes"] : ["nodes", name];
    drafts.push(
      makeDraft(document, { name, path, kind, group, raw: own ?? {}, shared: raw }, files),
    );
  };
  for (const group of groups) {
    const stem = group.master.slice(0, -1);
    for (let i = 1; i <= (raw.nodes.replicas ?? 0) + 1; i++) draft(`${stem}${i}`, "server", group);
  }
  for (let i = 1; i <= (raw.nodes.sentinels ?? 0); i++) draft(`s${i}`, "sentinel");
  checkWatched(document, raw, groups);
  for (const name of [...named.keys()]) draft(name, undefined);
  if (drafts.length === 0 && document.problems.length === 0)
    document.problem(["nodes"], "there are no nodes", "such as {replicas: 2, sentinels: 3}");
  return drafts;
}

/** Sentinels of the short form watch masters of the short form. */
function checkWatched(document: SourceDocument, raw: RawScenario, groups: readonly Group[]): void {
  const { sentinels } = raw.nodes;
  if (sentinels === undefined || sentinels === 0 || groups.length > 0) return;
  if (!document.has(["nodes", "replicas"]) && !document.has(["nodes", "masters"]))
    document.problemAtKey(
      ["nodes", "sentinels"],
      "these Sentinels have no master to watch",
      "such as {replicas: 2, sentinels: 3}; replicas: 0 is a master alone",
    );
}

function makeDraft(
  document: SourceDocument,
  given: {
    readonly name: string;
    readonly path: Path;
    readonly kind: "server" | "sentinel" | undefined;
    readonly group: Group | undefined;
    readonly raw: RawNode;
    /** The lines that all servers, and all Sentinels, have. */
    readonly shared: Pick<RawScenario, "server" | "sentinel">;
  },
  files: ConfigFiles,
): Draft {
  const { name, path, raw, group } = given;
  let file: string | undefined;
  if (raw.config !== undefined) {
    const read = files.read(raw.config);
    file = read === undefined ? undefined : toBinary(read);
    if (file === undefined)
      document.problem([...path, "config"], `there is no file ${raw.config} beside the scenario`);
  }
  const included = includedBy(file ?? "", includesOf(raw, files));
  const layout: Layout | undefined = file === undefined ? undefined : layoutOf(file, included);
  const looksLikeSentinel = layout?.isSentinel === true || /sentinel[^/]*$/i.test(raw.config ?? "");
  const kind = given.kind ?? raw.kind ?? (looksLikeSentinel ? "sentinel" : "server");
  const directivePort = raw.directives?.["port"] ?? given.shared[kind]?.["port"];
  const port =
    raw.port ??
    (directivePort === undefined ? undefined : Number(directivePort)) ??
    layout?.port?.port ??
    (kind === "sentinel" ? 26_379 : 6_379);
  return { name, path, raw, kind, file, included, port, hostName: raw.host ?? name, group };
}

interface Surroundings {
  readonly drafts: readonly Draft[];
  readonly groups: readonly Group[];
  readonly addressOf: ReadonlyMap<string, { readonly ip: string; readonly port: number }>;
}

/** The file as it is, or what the short form stands for; and the node's own directives behind it. */
function configOf(
  document: SourceDocument,
  raw: RawScenario,
  draft: Draft,
  around: Surroundings,
): ConfigText {
  const config = new ConfigText(draft.file ?? "");
  const { path, group } = draft;
  if (draft.file === undefined) {
    config.add(`port ${draft.port}`);
    config.add("bind 0.0.0.0");
    config.add("protected-mode no");
    config.add("dir /var/lib/redis");
  } else if (draft.raw.port !== undefined) {
    config.add(`port ${draft.raw.port}`, [...path, "port"]);
  }
  const watched = draft.kind === "sentinel" && draft.file === undefined ? around.groups : [];
  const majority = Math.floor((raw.nodes.sentinels ?? 1) / 2) + 1;
  for (const each of watched) {
    const at = around.addressOf.get(each.master);
    const quorum = raw.nodes.quorum ?? majority;
    config.add(`sentinel monitor ${each.name} ${at?.ip} ${at?.port} ${quorum}`);
  }
  const masterName = draft.raw.replicaof ?? (draft.file === undefined ? group?.master : undefined);
  if (draft.kind === "server" && masterName !== undefined && masterName !== draft.name) {
    const at = around.addressOf.get(masterName);
    const servers = around.drafts.filter((each) => each.kind === "server");
    if (at === undefined)
      document.problem(
        [...path, "replicaof"],
        `no node is called ${masterName}`,
        suggestion(
          masterName,
          servers.map((each) => each.name),
        ),
      );
    else config.add(`replicaof ${at.ip} ${at.port}`, replicaofOrigin(draft));
  } else if (draft.raw.replicaof === draft.name) {
    document.problem([...path, "replicaof"], `${draft.name} cannot replicate itself`);
  }
  // Of what a line sets the last counts: what all have behind their files, then what one has alone.
  if (draft.kind === "server") {
    config.directives(raw.server, ["server"]);
    config.directives(draft.raw.directives, [...path, "directives"]);
  } else {
    const masters = layoutOf(config.text, draft.included).monitors.map((each) => each.name);
    config.sentinelDirectives(raw.sentinel, masters, ["sentinel"]);
    config.sentinelDirectives(draft.raw.directives, masters, [...path, "directives"]);
  }
  return config;
}

function replicaofOrigin(draft: Draft): Path | undefined {
  return draft.raw.replicaof === undefined ? undefined : [...draft.path, "replicaof"];
}

// Hosts and addresses.

function readHosts(
  document: SourceDocument,
  raw: RawScenario,
  drafts: readonly Draft[],
): readonly ScenarioHost[] {
  const declared = Object.keys(raw.hosts ?? {});
  const clients = Object.entries(raw.clients ?? {});
  const wanted = new Set(declared);
  const count = { server: 0, sentinel: 0, client: 0 };
  const automatic = new Map<string, string>();
  const want = (name: string, own: boolean, path: Path, kind: keyof typeof count) => {
    count[kind]++;
    if (
      !wanted.has(name) &&
      !own &&
      !drafts.some((each) => each.hostName === each.name && each.name === name)
    )
      document.problem(
        path,
        `no host is called ${name}`,
        suggestion(name, [...declared, ...drafts.map((each) => each.name)]),
      );
    wanted.add(name);
    if (!automatic.has(name)) automatic.set(name, automaticIp(kind, count[kind]));
  };
  for (const draft of drafts)
    want(draft.hostName, draft.raw.host === undefined, [...draft.path, "host"], draft.kind);
  for (const [name, client] of clients)
    want(client.host ?? name, client.host === undefined, ["clients", name, "host"], "client");

  const used = new Map<string, string>();
  return [...wanted].map((name, i) => {
    const own = raw.hosts?.[name];
    const ip = automatic.get(name) ?? automaticIp("client", 200 + i);
    const host = readHost(document, name, own, ip);
    for (const each of host.ips) {
      const other = used.get(each);
      if (other !== undefined)
        document.problem(["hosts", name, "ip"], `${each} is the address of ${other} already`);
      used.set(each, name);
    }
    return host;
  });
}

/** r1 is 10.77.0.11, s1 10.77.0.21, c1 10.77.0.31, as in the recordings; from the tenth on 10.77.1.10, ... */
function automaticIp(kind: "server" | "sentinel" | "client", i: number): string {
  const row = kind === "server" ? 1 : kind === "sentinel" ? 2 : 3;
  if (i < 10) return `10.77.0.${row * 10 + i}`;
  return `10.77.${row + 3 * Math.floor(i / 250)}.${1 + (i % 250)}`;
}

function readNames(
  document: SourceDocument,
  raw: RawScenario,
  drafts: readonly Draft[],
  ipOf: ReadonlyMap<string, string>,
): Cluster["names"] {
  const hostOf = new Map(drafts.map((draft) => [draft.name, draft.hostName]));
  return Object.entries(raw.names ?? {}).map(([name, target]) => {
    if (/^[\d.]+$|:/.test(target)) return { name, ip: target };
    const ip = ipOf.get(hostOf.get(target) ?? target);
    if (ip === undefined)
      document.problem(
        ["names", name],
        `no host or node is called ${target}`,
        suggestion(target, [...new Set([...ipOf.keys(), ...hostOf.keys()])]),
      );
    return { name, ip: ip ?? "" };
  });
}

function checkPorts(document: SourceDocument, drafts: readonly Draft[]): void {
  const taken = new Map<string, string>();
  for (const draft of drafts) {
    const address = `${draft.hostName} ${draft.port}`;
    const other = taken.get(address);
    if (other === undefined) {
      taken.set(address, draft.name);
      continue;
    }
    const key = ["port", "config"].find((each) => document.has([...draft.path, each]));
    document.problem(
      key === undefined ? draft.path : [...draft.path, key],
      `port ${draft.port} on host ${draft.hostName} is used twice, by ${other} and ${draft.name}`,
      "give one of them another port, or another host",
    );
  }
}
