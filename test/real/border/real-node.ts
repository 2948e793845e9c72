/**
 * Real redis-server and redis-sentinel processes beside a served cluster, each at a 127/8 address of its
 * own, with a folder of its own, ended by its pid.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encode } from "../../../src/redis/wire/encode.js";
import { ReplyParser } from "../../../src/redis/wire/parse-reply.js";
import { requestOf, type Value } from "../../../src/redis/wire/value.js";
import { behaviour, debugAllowed } from "../release.js";

export interface Place {
  readonly ip: string;
  readonly port: number;
}

type Program = "redis-server" | "redis-sentinel";

const common = ["protected-mode no", "loglevel debug"];
const ofServers = ['save ""', "repl-diskless-sync-delay 0", ...debugAllowed];

export class RealNode {
  readonly address: Place;
  readonly #program: Program;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  /** Not started yet. */
  constructor(program: Program, address: Place, configuration: readonly string[]) {
    this.address = address;
    this.#program = program;
    this.#folder = mkdtempSync(join(tmpdir(), "redsim-real-"));
    const { ip, port } = address;
    // From 7.0 on what a node connects from is not the first it is bound to, unless it is told so.
    const source = behaviour.from70 ? [`bind-source-addr ${ip}`] : [];
    const own = [`bind ${ip}`, ...source, `port ${port}`, `dir ${this.#folder}`];
    const usual = program === "redis-server" ? [...common, ...ofServers] : common;
    const lines = [...usual, ...own, `logfile ${this.#path("log")}`, ...configuration];
    writeFileSync(this.#path("node.conf"), `${lines.join("\n")}\n`);
  }

  /** Resolves once it answers. */
  async start(): Promise<void> {
    this.#process = spawn(this.#program, [this.#path("node.conf")], { stdio: "ignore" });
    const answers = async () => (await this.ask("PING")) !== undefined;
    await until(answers, `${this.#program} answers`);
  }

  ask(...args: string[]): Promise<Value | undefined> {
    return ask(this.address, ...args);
  }

  get log(): string {
    return readFileSync(this.#path("log"), "utf8");
  }

  /** Each line behind its level, without process, role and time. */
  get lines(): readonly string[] {
    const ours = this.log
      .split("\n")
      .map((line) => /^\d+:[CMSX] .{24} ([-.*#] .*)$/.exec(line)?.[1]);
    return ours.filter((line) => line !== undefined);
  }

  /** Its file, as it has rewritten it. */
  get configuration(): string {
    return readFileSync(this.#path("node.conf"), "utf8");
  }

  /** Once its process has ended by itself. */
  async ended(): Promise<void> {
    const process = this.#process;
    const hasEnded = async () => process?.exitCode !== null || process.signalCode !== null;
    await until(hasEnded, `${this.#program} ends`);
  }

  /** SIGKILL. */
  async stop(): Promise<void> {
    const process = this.#process;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((resolve) => process.once("exit", resolve));
    process.kill("SIGKILL");
    await ended;
  }

  /** It is not needed any more, nor is its folder. */
  async discard(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

/** The one reply to a command, on a connection of its own; undefined where there is none. */
export function ask({ ip, port }: Place, ...args: string[]): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: ip, port });
    const parser = new ReplyParser();
    const done = (reply: Value | undefined) => {
      socket.destroy();
      resolve(reply);
    };
    socket.on("connect", () => socket.write(encode(requestOf(args)), "latin1"));
    socket.on("data", (chunk: Buffer) => {
      const [reply] = parser.feed(chunk.toString("latin1"));
      if (reply !== undefined) done(reply);
    });
    socket.on("error", () => done(undefined));
    socket.on("close", () => done(undefined));
    socket.setTimeout(2_000, () => done(undefined));
  });
}

/** The text of a reply that is one. */
export async function text(place: Place, ...args: string[]): Promise<string> {
  const reply = await ask(place, ...args);
  if (reply === undefined) return "";
  return "text" in reply ? reply.text : encode(reply);
}

/** In milliseconds: where a Sentinel cannot be hurried it asks for INFO every ten seconds. */
const patience = behaviour.from70 ? 20_000 : 90_000;

/** Waits for what comes to hold; fails by its name, and with what those concerned say instead. */
export async function until(
  holds: () => Promise<boolean>,
  what: string,
  {
    within = patience,
    instead = async () => "",
  }: { readonly within?: number; readonly instead?: () => Promise<string> } = {},
): Promise<void> {
  const deadline = performance.now() + within;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new Error(`it has not come to that: ${what}\n${await instead()}`);
    await sleep(25);
  }
}
