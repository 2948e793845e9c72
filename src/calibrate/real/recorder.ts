/**
 * Records one run of an experiment with a real redis-server and redis-sentinel, on the timeline and with
 * the settings of the recordings, everything on loopback. There is no client with its own idea of the
 * master: a writer keeps the stream of replication alive until the fault, and the Sentinels are listened to
 * until the failover has ended on all of them.
 */
import { phaseTimes, type SentinelEvent } from "../../observe/phase-times.js";
import type { Value } from "../../redis/wire/value.js";
import type { Sample } from "../sample.js";
import { freePorts, Processes } from "./processes.js";
import { Session, textOf } from "./session.js";

/** The experiments that need no network of their own. */
export const realExperiments = ["kill_master", "freeze_master", "manual_failover"] as const;
export type RealExperiment = (typeof realExperiments)[number];

export interface RecordingSettings {
  readonly experiment: RealExperiment;
  /** Milliseconds. */
  readonly downAfter: number;
  /** From `settled` to the fault. */
  readonly wait: number;
}

/** Settings of the recordings that come with redsim. */
export function usualSettings(experiment: RealExperiment): RecordingSettings {
  return { experiment, downAfter: 5_000, wait: 12_000 };
}

const servers = ["r1", "r2", "r3"] as const;
const sentinels = ["s1", "s2", "s3"] as const;
const lookEvery = 200;
const writeEvery = 100;
/** A cluster that has not settled, or not failed over, by then never will. */
const settledWithin = 30_000;
const overWithin = 60_000;

/** Undefined: the cluster did not settle or did not fail over, as happens on a machine that is too busy. */
export async function record(settings: RecordingSettings): Promise<Sample | undefined> {
  const ports = await freePorts(servers.length + sentinels.length);
  const processes = new Processes();
  const recording = new Recording(settings, processes, ports);
  try {
    return await recording.run();
  } finally {
    recording.close();
    await processes.end();
  }
}

class Recording {
  readonly #settings: RecordingSettings;
  readonly #processes: Processes;
  readonly #ports = new Map<string, number>();
  readonly #sessions = new Map<string, Session>();
  readonly #subscriptions: Session[] = [];
  readonly #events: SentinelEvent[] = [];
  #writer: NodeJS.Timeout | undefined;

  constructor(settings: RecordingSettings, processes: Processes, ports: readonly number[]) {
    this.#settings = settings;
    this.#processes = processes;
    [...servers, ...sentinels].forEach((name, index) => {
      this.#ports.set(name, ports[index] ?? 0);
    });
  }

  async run(): Promise<Sample | undefined> {
    const began = now();
    for (const name of servers) this.#startServer(name);
    await until(began + 1_000);
    for (const name of sentinels) this.#startSentinel(name);
    await until(now() + 20);
    for (const name of sentinels) await this.#listen(name);
    const settled = await this.#settle();
    if (settled === undefined) return undefined;
    await this.#write();
    await until(settled + this.#settings.wait);
    const fault = await this.#fault();
    if (!(await this.#isOver())) return undefined;
    const events = this.#events.filter(({ t }) => t >= fault);
    return {
      settled: settled - began,
      phases: phaseTimes(events, fault),
      writes: undefined,
      events,
    };
  }

  close(): void {
    clearInterval(this.#writer);
    for (const session of [...this.#sessions.values(), ...this.#subscriptions]) session.close();
  }

  #startServer(name: string): void {
    const follows = name === "r1" ? "" : `replicaof 127.0.0.1 ${this.#port("r1")}\n`;
    const config = `port ${this.#port(name)}\nbind 127.0.0.1\nsave ""\n${follows}`;
    this.#processes.start(name, "redis-server", config);
  }

  #startSentinel(name: string): void {
    const config = [
      `port ${this.#port(name)}`,
      "bind 127.0.0.1",
      `sentinel monitor mymaster 127.0.0.1 ${this.#port("r1")} 2`,
      `sentinel down-after-milliseconds mymaster ${this.#settings.downAfter}`,
      "sentinel failover-timeout mymaster 60000",
      "sentinel parallel-syncs mymaster 1",
      "",
    ].join("\n");
    this.#processes.start(name, "redis-sentinel", config);
  }

  async #listen(sentinel: string): Promise<void> {
    const session = await patientSession(this.#port(sentinel));
    this.#subscriptions.push(session);
    session.subscribeToAll((message) => {
      const t = tenths(now());
      const [kind, , channel, payload] = message.kind === "array" ? message.items : [];
      if (textOf(kind) !== "pmessage") return;
      this.#events.push({ t, node: sentinel, channel: textOf(channel), payload: textOf(payload) });
    });
  }

  /** When every Sentinel knows everybody and both replicas have their link. */
  async #settle(): Promise<number | undefined> {
    const deadline = now() + settledWithin;
    while (now() < deadline) {
      if (await this.#isSettled()) return now();
      await until(now() + lookEvery);
    }
    return undefined;
  }

  async #isSettled(): Promise<boolean> {
    for (const name of sentinels) {
      const master = fieldsOf(await this.#ask(name, "SENTINEL", "MASTER", "mymaster"));
      if (master.get("num-slaves") !== "2" || master.get("num-other-sentinels") !== "2")
        return false;
    }
    for (const name of ["r2", "r3"])
      if (!textOf(await this.#ask(name, "INFO", "replication")).includes("master_link_status:up"))
        return false;
    return true;
  }

  async #write(): Promise<void> {
    const session = await patientSession(this.#port("r1"));
    this.#sessions.set("writer", session);
    let i = 0;
    this.#writer = setInterval(() => {
      if (session.isOpen) session.tell("SET", `k${i}`, `${i++}`);
    }, writeEvery);
  }

  async #fault(): Promise<number> {
    const at = now();
    switch (this.#settings.experiment) {
      case "kill_master":
        this.#processes.signal("r1", "SIGKILL");
        break;
      case "freeze_master":
        this.#processes.signal("r1", "SIGSTOP");
        break;
      case "manual_failover":
        await this.#ask("s1", "SENTINEL", "FAILOVER", "mymaster");
    }
    return tenths(at);
  }

  /** Has the failover ended on its leader, and has every Sentinel switched? */
  async #isOver(): Promise<boolean> {
    const deadline = now() + overWithin;
    while (now() < deadline) {
      const has = (channel: string) => this.#events.filter((each) => each.channel === channel);
      if (has("+failover-end").length > 0 && has("+switch-master").length === sentinels.length) {
        await until(now() + 500);
        return true;
      }
      await until(now() + 50);
    }
    return false;
  }

  async #ask(name: string, ...words: readonly string[]): Promise<Value> {
    let session = this.#sessions.get(name);
    if (session === undefined) {
      session = await patientSession(this.#port(name));
      this.#sessions.set(name, session);
    }
    return session.ask(...words);
  }

  #port(name: string): number {
    return this.#ports.get(name) ?? 0;
  }
}

/** Tries for a while: a process that was just started does not listen yet. */
async function patientSession(port: number): Promise<Session> {
  for (let left = 250; ; left--) {
    try {
      return await Session.open(port);
    } catch (error) {
      if (left === 0) throw error;
      await until(now() + 20);
    }
  }
}

/** Fields and values by turns. */
function fieldsOf(reply: Value): ReadonlyMap<string, string> {
  const words = reply.kind === "array" ? reply.items.map(textOf) : [];
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < words.length; i += 2) fields.set(words[i] ?? "", words[i + 1] ?? "");
  return fields;
}

function now(): number {
  return performance.now();
}

/** Milliseconds with one digit behind the point, as the recordings have them. */
function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function until(at: number): Promise<void> {
  return new Promise((done) => setTimeout(done, Math.max(0, at - now())));
}
