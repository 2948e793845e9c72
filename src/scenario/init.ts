/**
 * `redsim init`: a scenario for the configuration files found in a folder, ready to run and to change:
 * all files on hosts of their own or on shared ones as their addresses say, a client, the death of the
 * master.
 */
import { stringify } from "yaml";
import { layoutOf } from "./config-text.js";

export interface FoundFile {
  /** Relative to the folder. */
  readonly name: string;
  readonly text: string;
}

interface Found {
  readonly name: string;
  readonly file: string;
  readonly port: number;
  readonly isSentinel: boolean;
  readonly replicaof: { readonly host: string; readonly port: number } | undefined;
  readonly password: string | undefined;
}

/** Undefined: none of the files is one of Redis's. */
export function initScenario(files: readonly FoundFile[]): string | undefined {
  const found = readFound(files);
  const servers = found.filter((each) => !each.isSentinel);
  if (servers.length === 0) return undefined;
  const master = servers.find((each) => each.replicaof === undefined) ?? servers[0];
  if (master === undefined) return undefined;
  const ip = masterIp(files);
  const samePort = new Set(found.map((each) => each.port)).size < found.length;

  const nodes: Record<string, Record<string, string>> = {};
  for (const each of found)
    nodes[each.name] = samePort
      ? each === master && ip !== undefined
        ? { config: each.file, host: "redis-host" }
        : { config: each.file }
      : { config: each.file, host: "redis-host" };
  const hasSentinels = found.some((each) => each.isSentinel);
  const scenario = {
    version: "7.2",
    duration: "90s",
    hosts: { "redis-host": { ip: ip ?? "10.77.0.11" } },
    nodes,
    clients: {
      app: {
        policy: hasSentinels ? "redis-py" : "naive",
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

function readFound(files: readonly FoundFile[]): readonly Found[] {
  const found: Found[] = [];
  let servers = 0;
  let sentinels = 0;
  const inOrder = [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const { name, text } of inOrder) {
    const layout = layoutOf(text);
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
      password: /^\s*requirepass\s+"?([^"\s]+)"?/m.exec(text)?.[1],
    });
  }
  return found;
}

/** The address at which the files expect the master. */
function masterIp(files: readonly FoundFile[]): string | undefined {
  for (const { text } of files) {
    const { monitors, replicaof } = layoutOf(text);
    const host = monitors[0]?.host ?? replicaof?.host;
    if (host !== undefined && /^[\d.]+$/.test(host)) return host;
  }
  return undefined;
}
