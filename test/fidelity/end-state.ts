/**
 * What INFO says of each server at the end of an experiment, recorded and simulated alike, and what a
 * replication offset is made of.
 */
import { type ExperimentName, experiment as experimentOf } from "../../src/calibrate/experiment.js";
import { faultOf } from "../../src/calibrate/recording.js";
import { loadScenario } from "../../src/cli/scenario-source.js";
import type { Observer, RunRecord } from "../../src/kernel/record.js";
import { after, microseconds, milliseconds, seconds } from "../../src/kernel/time.js";
import type { RedisNote } from "../../src/redis/note.js";
import type { Version } from "../../src/redis/version.js";
import { request } from "../../src/redis/wire/value.js";
import { Run } from "../../src/run.js";
import { type Release, recordedLines } from "../observe/recording.js";

export const servers = ["r1", "r2", "r3"] as const;
export type Server = (typeof servers)[number];

export interface ServerState {
  readonly role: string;
  readonly syncFull: number;
  readonly syncPartialOk: number;
  readonly syncPartialErr: number;
  readonly keys: number;
  readonly offset: number;
  readonly secondOffset: number;
  readonly backlogActive: number;
  readonly backlogSize: number;
  readonly backlogFirst: number;
  readonly backlogLength: number;
}

export interface EndState {
  readonly servers: Readonly<Record<Server, ServerState>>;
  /** Milliseconds from the Sentinels' start, and from `settled`, until the servers were asked. */
  readonly sinceSentinels: number;
  readonly sinceSettled: number;
  /** Milliseconds from the fault until a replica was told to be the master; 0 where r1 lived on. */
  readonly headless: number;
  /** Writes acknowledged before the fault. */
  readonly writesBefore: number;
}

/** A simulated one tells more. */
export interface SimulatedEnd extends EndState {
  readonly lost: number;
  /** Milliseconds from the fault to +failover-end. */
  readonly failoverEnd: number;
}

export interface Experiment {
  readonly name: ExperimentName;
  /** Its writes: the keys, and the value where it is not the number itself. */
  readonly key: string;
  readonly value: string | undefined;
}

export const experiments: readonly Experiment[] = [
  { name: "kill_master", key: "k", value: undefined },
  { name: "manual_failover", key: "k", value: undefined },
  { name: "replica_link_flap", key: "k", value: undefined },
  { name: "backlog_overflow", key: "big", value: "*".repeat(100) },
];

/** sentinelFailoverSendSlaveOfNoOne() has sent it. */
const promotionChannel = "+failover-state-wait-promotion";

type Fields = Readonly<Record<string, unknown>>;

function stateOf(info: Fields, stats: Fields, keys: number): ServerState {
  const number = (fields: Fields, name: string): number => Number(fields[name]);
  return {
    role: String(info["role"]),
    syncFull: number(stats, "sync_full"),
    syncPartialOk: number(stats, "sync_partial_ok"),
    syncPartialErr: number(stats, "sync_partial_err"),
    keys,
    offset: number(info, "master_repl_offset"),
    secondOffset: number(info, "second_repl_offset"),
    backlogActive: number(info, "repl_backlog_active"),
    backlogSize: number(info, "repl_backlog_size"),
    backlogFirst: number(info, "repl_backlog_first_byte_offset"),
    backlogLength: number(info, "repl_backlog_histlen"),
  };
}

export function recordedEnd(release: Release, experiment: Experiment, run: number): EndState {
  const lines = recordedLines(release, experiment.name, run);
  const finals = lines.filter((line) => line.kind === "final" && line["info"] !== undefined);
  const end = finals[0]?.t ?? 0;
  const at = (kind: string, node?: string): number =>
    lines.find((line) => line.kind === kind && line.node === node)?.t ?? 0;
  const fault = faultOf(lines) ?? 0;
  const promotion = lines.find((line) => line["channel"] === promotionChannel);
  return {
    servers: byServer((server) => {
      const line = finals.find((each) => each.node === server);
      if (line === undefined) throw new Error(`the recording does not end with ${server}`);
      return stateOf(line["info"] as Fields, line["stats"] as Fields, Number(line["keys"]));
    }),
    sinceSentinels: end - at("action", "s1"),
    sinceSettled: end - at("settled"),
    headless: experiment.name === "kill_master" ? (promotion?.t ?? fault) - fault : 0,
    writesBefore: lines.filter(
      (line) => line.kind === "write" && line["ok"] === true && line.t < fault,
    ).length,
  };
}

/** The same experiment, asked as long after `settled` as the recording was. */
export function simulatedEnd(
  version: Version,
  experiment: Experiment,
  seed: string,
  sinceSettled: number,
): SimulatedEnd {
  const played = experimentOf(experiment.name);
  const { scenario } = loadScenario(played.scenario, [`version=${version}`, "duration=100s"]);
  const listener = new Listener();
  const run = new Run({ scenario, seed, observers: [listener] });
  while (run.settledAt === undefined) run.advance(seconds(1));
  const end = after(run.settledAt, microseconds(Math.round(sinceSettled * 1_000)));
  run.advance(microseconds(end - run.now));
  const sentinel = run.plan.nodes.find((node) => node.name === "s1");
  const { lost } = run.result().metrics;
  for (const server of servers) run.command(server, "INFO all");
  run.advance(milliseconds(50));
  const fault = run.actedAt(played.fault) ?? run.now;
  return {
    servers: byServer((server) => {
      const fields = listener.info.get(server) ?? {};
      return stateOf(fields, fields, Number(/keys=(\d+)/.exec(fields["db0"] ?? "")?.[1]));
    }),
    sinceSentinels: (end - (sentinel?.start ?? 0)) / 1_000,
    sinceSettled,
    headless:
      experiment.name === "kill_master" ? ((listener.promotion ?? fault) - fault) / 1_000 : 0,
    writesBefore: listener.acknowledged.filter((at) => at < fault).length,
    lost,
    failoverEnd: ((listener.failoverEnd ?? fault) - fault) / 1_000,
  };
}

class Listener implements Observer {
  readonly level = "notes";
  /** By server, the fields of what INFO told last. */
  readonly info = new Map<string, Record<string, string>>();
  readonly acknowledged: number[] = [];
  promotion: number | undefined;
  failoverEnd: number | undefined;

  record(record: RunRecord): void {
    if (record.kind !== "note") return;
    const note = record.note as unknown as RedisNote;
    if (note.kind === "ok") this.acknowledged.push(record.at);
    if (note.kind === "event" && note.channel === promotionChannel) this.promotion ??= record.at;
    if (note.kind === "event" && note.channel === "+failover-end") this.failoverEnd ??= record.at;
    if (note.kind !== "command" || !note.command.startsWith("INFO")) return;
    const lines = note.reply.matchAll(/^([a-z0-9_]+):(.*?)\r?$/gm);
    this.info.set(
      note.target,
      Object.fromEntries([...lines].map(([, name, value]) => [name, value])),
    );
  }
}

function byServer(state: (server: Server) => ServerState): Record<Server, ServerState> {
  return { r1: state("r1"), r2: state("r2"), r3: state("r3") };
}

/** The servers by what they are in the end: the master, the replica that always was one, and r1. */
export function byRole(end: EndState): Readonly<Record<string, ServerState>> {
  const { r1, r2, r3 } = end.servers;
  if (r1.role === "master") return { master: r1, first: r2, second: r3 };
  const [master, sibling] = r2.role === "master" ? [r2, r3] : [r3, r2];
  return { master, sibling, former: r1 };
}

/** What a stream of replication consists of, besides the writes. */
export interface Makeup {
  readonly hellos: number;
  readonly pings: number;
  readonly selects: number;
}

const select = request("SELECT", "0").length;
const ping = request("PING").length;
const hello = request(
  "PUBLISH",
  "__sentinel__:hello",
  `10.77.0.21,26379,${"0".repeat(40)},0,mymaster,10.77.0.11,6379,0`,
).length;

/** Bytes of the first `count` writes of the experiment. */
export function bytesOfWrites({ key, value }: Experiment, count: number): number {
  let bytes = 0;
  for (let i = 0; i < count; i++) bytes += request("SET", `${key}${i}`, value ?? String(i)).length;
  return bytes;
}

/**
 * The one way to make so many bytes of hellos, PINGs (one in 10 s) and SELECTs (about one for each replica
 * that is attached); undefined when there is none.
 */
export function makeupOf(bytes: number, pings: number): Makeup | undefined {
  const found: Makeup[] = [];
  for (let selects = 0; selects <= 6; selects++)
    for (let count = Math.max(0, pings - 1); count <= pings + 2; count++) {
      const rest = bytes - selects * select - count * ping;
      if (rest >= 0 && rest % hello === 0)
        found.push({ hellos: rest / hello, pings: count, selects });
    }
  return found.length === 1 ? found[0] : undefined;
}
