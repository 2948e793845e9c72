/**
 * `redsim init`: a scenario for the configuration files found in a folder, ready to run and to change:
 * a client, and the death of the master.
 *
 * The files say where everything runs: `bind` and the announced addresses, and where the others look
 * for the master. What no file says is filled in: a name that they use for the master resolves, files
 * with ports of their own share one machine, files with the same port have one each.
 */
import { stringify } from "yaml";
import { type ConfigFiles, filesOf } from "../redis/config/config-files.js";
import { layoutOf } from "./config-text.js";
import { besides, expandedLines, type Included, includedBy } from "./included.js";

export interface FoundFile {
  /** Relative to the folder. */
  readonly name: string;
  readonly text: string;
}

interface ReadFile extends FoundFile {
  readonly included: Included;
}

interface Found {
  readonly name: string;
  readonly file: string;
  readonly port: number;
  readonly isSentinel: boolean;
  readonly replicaof: { readonly host: string; readonly port: number } | undefined;
  readonly password: string | undefined;
  /** The address that it gives away as its own. */
  readonly ip: string | undefined;
}

interface Machines {
  readonly hosts: Readonly<Record<string, { readonly ip: string }>>;
  /** The host of a node that has none of its own name. */
  readonly hostOf: ReadonlyMap<Found, string>;
}

/** A machine that several processes share, or that only a name is known for. */
const shared = "redis-host";

/** Where the files were found. */
export interface InitOptions {
  /** The folder itself, for those who include files of it by whole paths. */
  readonly folder?: string;
  /** What they include, by its path from the folder. */
  readonly files?: ConfigFiles;
}

/** What is included is no process of its own. Undefined: none of the files is one of Redis's. */
export function initScenario(
  all: readonly FoundFile[],
  {
    folder = "",
    files: open = filesOf(new Map(all.map(({ name, text }) => [name, text]))),
  }: InitOptions = {},
): string | undefined {
  const parts = new Set<string>();
  const whole = all.map((file): ReadFile => {
    const included = includedBy(file.text, {
      read: (path) => open.read(besides(file.name, path)),
      list: (at) => open.list(besides(file.name, at)),
    });
    for (const path of included.keys()) {
      const part = besides(file.name, path);
      parts.add(part.startsWith(`${folder}/`) ? part.slice(folder.length + 1) : part);
    }
    return { ...file, included };
  });
  const files = whole.filter(({ name }) => !parts.has(name));
  const found = readFound(files);
  const servers = found.filter((each) => !each.isSentinel);
  const sentinels = found.filter((each) => each.isSentinel);
  const master = servers.find((each) => each.replicaof === undefined) ?? servers[0];
  if (master === undefined) return undefined;
  const looked = lookedFor(files);
  const { hosts, hostOf } = machinesOf(found, master, looked.find(isAddress));
  const names = looked.filter((host) => !isAddress(host));

  const nodes = Object.fromEntries(
    found.map((each) => {
      const host = hostOf.get(each);
      return [each.name, { config: each.file, ...(host === undefined ? {} : { host }) }];
    }),
  );
  // Nobody reaches a loopback address from another machine.
  const isLocal = Object.values(hosts).some(({ ip }) => ip.startsWith("127."));
  const hasSentinels = sentinels.length > 0;
  const scenario = {
    version: "7.2",
    duration: "90s",
    ...(Object.keys(hosts).length === 0 ? {} : { hosts }),
    ...(names.length === 0
      ? {}
      : { names: Object.fromEntries(names.map((name) => [name, master.name])) }),
    nodes,
    clients: {
      app: {
        policy: hasSentinels ? "redis-py" : "naive",
        ...(isLocal ? { host: shared } : {}),
        ...(master.password === undefined ? {} : { password: master.password }),
        start: "10s",
        workload: { every: "100ms", key: "k{i}", value: "{i}" },
      },
    },
    steps: [{ name: "kill", at: "20s", kill: hasSentinels ? "the master" : master.name }],
    expect: hasSentinels
      ? [
          { event: { channel: "+switch-master", after: "kill", within: "60s" } },
          { master: { not: master.name } },
        ]
      : [{ acknowledged: { "at-least": 1 } }],
  };
  return `${opening(found.length)}\n${stringify(scenario, { lineWidth: 100 })}`;
}

function opening(count: number): string {
  return [
    `# ${count} processes as their configuration files have them. Ten seconds after the client begins`,
    "# its writes, the master dies. What to notice: how long writes stop, and whether any are lost.",
    "#",
    "# From here: another version, other faults, settings, claims. All keys are in docs/scenarios.md.",
    "",
  ].join("\n");
}

/** Who runs where. `masterIp`: where the others look for the master. */
function machinesOf(
  found: readonly Found[],
  master: Found,
  masterIp: string | undefined,
): Machines {
  const ipOf = (each: Found) => each.ip ?? (each === master ? masterIp : undefined);
  const isLocal = masterIp?.startsWith("127.") === true;
  const samePort = new Set(found.map((each) => each.port)).size < found.length;
  const hosts: Record<string, { ip: string }> = {};
  const hostOf = new Map<Found, string>();
  if (!found.some((each) => each.ip !== undefined) && !samePort) {
    for (const each of found) hostOf.set(each, shared);
    return { hosts: { [shared]: { ip: masterIp ?? "10.77.0.11" } }, hostOf };
  }
  const named = new Map<string, string>();
  for (const each of found) {
    const ip = ipOf(each);
    if (ip === undefined) continue;
    const there = named.get(ip);
    if (there !== undefined) {
      hostOf.set(each, there);
      continue;
    }
    const host = isLocal ? shared : each.name;
    named.set(ip, host);
    hosts[host] = { ip };
    if (host !== each.name) hostOf.set(each, host);
  }
  return { hosts, hostOf };
}

function readFound(files: readonly ReadFile[]): readonly Found[] {
  const found: Found[] = [];
  let servers = 0;
  let sentinels = 0;
  const inOrder = [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const { name, text, included } of inOrder) {
    const layout = layoutOf(text, included);
    const lines = expandedLines(text, included).map(({ args }) => args);
    const isSentinel = layout.isSentinel || /sentinel[^/]*$/i.test(name);
    if (
      !isSentinel &&
      layout.port === undefined &&
      layout.replicaof === undefined &&
      !/redis/i.test(name)
    )
      continue;
    found.push({
      name: isSentinel ? `s${++sentinels}` : `r${++servers}`,
      file: name,
      port: layout.port?.port ?? (isSentinel ? 26_379 : 6_379),
      isSentinel,
      replicaof: layout.replicaof,
      password: lines.findLast(([name]) => name?.toLowerCase() === "requirepass")?.[1] || undefined,
      ip: ownAddress(lines),
    });
  }
  return found;
}

/** What it announces, else the first address it binds that others can reach. */
function ownAddress(lines: readonly (readonly string[])[]): string | undefined {
  let bound: string | undefined;
  let announced: string | undefined;
  for (const args of lines) {
    const [first = "", second = "", third = ""] = args;
    switch (first.toLowerCase()) {
      case "bind":
        bound = args
          .slice(1)
          .map((each) => each.replace(/^-/, ""))
          .find((each) => isAddress(each) && !/^(127|0)\./.test(each));
        break;
      case "replica-announce-ip":
      case "slave-announce-ip":
        announced = isAddress(second) ? second : announced;
        break;
      case "sentinel":
        if (second.toLowerCase() === "announce-ip" && isAddress(third)) announced = third;
        break;
      default:
    }
  }
  return announced ?? bound;
}

/** Where the files look for the master: addresses and names, each once; Sentinels know best. */
function lookedFor(files: readonly ReadFile[]): readonly string[] {
  const layouts = files.map(({ text, included }) => layoutOf(text, included));
  return [
    ...new Set([
      ...layouts.flatMap(({ monitors }) => monitors.map(({ host }) => host)),
      ...layouts.flatMap(({ replicaof }) => (replicaof === undefined ? [] : [replicaof.host])),
    ]),
  ].filter((host) => host !== "localhost");
}

function isAddress(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host);
}
