/** Reads `clients`: the applications, how each finds its master and what it does all day. */
import type { Address } from "../kernel/actor.js";
import { milliseconds, none } from "../kernel/time.js";
import type { ClientSettings } from "../redis/client/client.js";
import type { PolicySettings } from "../redis/client/policy.js";
import { walkthrough } from "../redis/client/script.js";
import {
  type Choice,
  type Pace,
  type WorkloadSettings,
  workloadDefaults,
} from "../redis/client/workload.js";
import { toBinary } from "../redis/wire/utf8.js";
import type { Cluster } from "./cluster.js";
import type { Path, SourceDocument } from "./document.js";
import { parseDuration } from "./duration.js";
import type { ScenarioClient } from "./scenario.js";
import type { RawClient, RawWorkload } from "./schema/clients.js";
import { listed } from "./suggest.js";
import { noWait, type Vocabulary } from "./vocabulary.js";

const timeoutDefault = milliseconds(500);
/** How many operations of an open loop are under way at once where each blocks its thread. */
const openLoopThreads = 16;

export function readClient(
  document: SourceDocument,
  name: string,
  raw: RawClient,
  cluster: Cluster,
  words: Vocabulary,
): ScenarioClient {
  const path: Path = ["clients", name];
  const ipOf = new Map(cluster.hosts.map((host) => [host.name, host.ips[0] ?? ""]));
  const address = (node: string) => {
    const found = cluster.nodes.find((each) => each.name === node);
    return { ip: ipOf.get(found?.host ?? "") ?? "", port: found?.port ?? 0 };
  };
  const { groups, servers } = words.words;
  if (raw.master !== undefined) words.known([...path, "master"], raw.master, "master", groups);
  const sentinels =
    raw.sentinels === undefined
      ? words.words.sentinels
      : words.sentinels([...path, "sentinels"], raw.sentinels);
  if (sentinels.length === 0 && raw.policy !== "naive")
    document.problem(
      path,
      `${name} has no Sentinel to ask for the master`,
      "only a client with policy: naive can do without",
    );
  if (raw.server !== undefined) words.known([...path, "server"], raw.server, "server", servers);
  const server = raw.server ?? servers[0];
  const begin = words.trigger([...path, "start"], raw.start ?? "settled");
  const wait = words.span([...path, "wait"], raw.wait);
  const policy = policyOf(raw, {
    master: raw.master ?? groups[0] ?? "mymaster",
    sentinels: sentinels.map(address),
    server: address(server ?? ""),
  });
  return {
    name,
    host: raw.host ?? name,
    start: { trigger: begin.trigger, wait: wait ?? begin.wait ?? noWait },
    settings: settingsOf(document, path, raw, policy),
  };
}

interface Addresses {
  readonly master: string;
  readonly sentinels: readonly Address[];
  readonly server: Address;
}

function policyOf(raw: RawClient, to: Addresses): PolicySettings {
  const timeout = parseDuration(raw.timeout ?? "") ?? timeoutDefault;
  const sentinelTimeout = parseDuration(raw["sentinel-timeout"] ?? "") ?? timeoutDefault;
  const password = raw.password === undefined ? undefined : toBinary(raw.password);
  const db = raw.database ?? 0;
  switch (raw.policy) {
    case "ioredis":
      return {
        kind: "ioredis",
        sentinels: to.sentinels,
        master: to.master,
        password,
        db,
        connectTimeout: timeout,
        ...(raw.timeout === undefined ? {} : { commandTimeout: timeout }),
        ...(raw["sentinel-timeout"] === undefined
          ? {}
          : { sentinelCommandTimeout: sentinelTimeout }),
      };
    case "naive":
      return {
        kind: "naive",
        master: to.server,
        socketTimeout: timeout,
        password,
        db,
        threads: threadsOf(raw),
      };
    default:
      return {
        kind: "redis-py",
        sentinels: to.sentinels,
        master: to.master,
        socketTimeout: timeout,
        sentinelSettings: { socketTimeout: sentinelTimeout },
        password,
        db,
        threads: threadsOf(raw),
      };
  }
}

/** A closed loop needs a thread for each worker; an open one gets a pool. */
function threadsOf(raw: RawClient): number {
  if (raw.threads !== undefined) return raw.threads;
  if (raw.workload === undefined || raw.workload === "walkthrough") return 1;
  let threads = 0;
  for (const workload of [raw.workload].flat())
    threads += workload?.rate === undefined ? (workload?.workers ?? 1) : openLoopThreads;
  return Math.max(1, threads);
}

function settingsOf(
  document: SourceDocument,
  path: Path,
  raw: RawClient,
  policy: PolicySettings,
): ClientSettings {
  if (raw.workload === "walkthrough") {
    if (policy.kind === "redis-py") return { kind: "script", policy, steps: walkthrough };
    document.problem([...path, "workload"], "the walkthrough's script is written for redis-py");
    return { kind: "workloads", policy, workloads: [] };
  }
  const isList = Array.isArray(raw.workload);
  const all = raw.workload === undefined ? [{}] : [raw.workload].flat();
  const workloads = all.flatMap((each, i) => {
    const at = isList ? [...path, "workload", i] : [...path, "workload"];
    return each === undefined ? [] : [workloadOf(document, at, each)];
  });
  return { kind: "workloads", policy, workloads };
}

function workloadOf(document: SourceDocument, path: Path, raw: RawWorkload): WorkloadSettings {
  const paces = (["every", "pause", "rate"] as const).filter((key) => raw[key] !== undefined);
  if (paces.length > 1)
    document.problemAtKey(
      [...path, paces[1] ?? ""],
      `a workload has one pace, and this one has ${paces.length}: ${listed(paces)}`,
    );
  const operation = raw.operation ?? "write";
  if (operation === "write" && raw.from === "replica")
    document.problem([...path, "from"], "writes go to the master");
  return {
    ...workloadDefaults,
    operation,
    target: raw.from ?? (operation === "read" ? "replica" : "master"),
    pace: paceOf(raw),
    key: toBinary(raw.key ?? workloadDefaults.key),
    value: toBinary(raw.value ?? workloadDefaults.value),
    choice: choiceOf(raw, operation),
    start: parseDuration(raw.start ?? "") ?? none,
    stop: parseDuration(raw.stop ?? ""),
    count: raw.count,
    pauseAfterError: parseDuration(raw["pause-after-error"] ?? ""),
    print: raw.print ?? false,
  };
}

function paceOf(raw: RawWorkload): Pace {
  if (raw.rate !== undefined) return { kind: "rate", perSecond: raw.rate };
  const pause = parseDuration(raw.pause ?? "");
  if (pause !== undefined || raw.workers !== undefined)
    return { kind: "closed", workers: raw.workers ?? 1, pause: pause ?? none };
  const every = parseDuration(raw.every ?? "");
  return every === undefined ? workloadDefaults.pace : { kind: "interval", every };
}

function choiceOf(raw: RawWorkload, operation: "write" | "read"): Choice {
  const kind = raw.choice ?? (operation === "read" ? "last" : "next");
  return kind === "drawn" ? { kind, keys: raw.keys } : { kind };
}
