/**
 * Peers of our own making for the tests of replication: a caller that speaks to a server byte for byte
 * (a client, or a replica that does only what the test says), and a master that answers as it is told.
 */
import type { Actor, ConnectionId, Context, Input } from "../../../src/kernel/actor.js";
import { encode } from "../../../src/redis/wire/encode.js";
import {
  ok,
  pong,
  type Request,
  raw,
  request,
  type Segment,
} from "../../../src/redis/wire/value.js";
import type { World } from "./world.js";

/** Connects to a server and keeps every byte that it is sent. */
export class Caller implements Actor {
  /** All that came, as it was on the wire; an RDB as `<rdb>`. */
  heard = "";
  closed: string | undefined;
  /** Called with everything that comes. */
  onHeard: () => void = () => undefined;
  readonly #context: Context;
  readonly #world: World;
  readonly #name: string;
  readonly #ip: string;
  #connection: ConnectionId | undefined;
  #outbox: Segment[] = [];

  constructor(context: Context, world: World, name: string, ip: string) {
    this.#context = context;
    this.#world = world;
    this.#name = name;
    this.#ip = ip;
  }

  handle(input: Input): void {
    switch (input.kind) {
      case "started":
        this.#connection = this.#context.connect({ ip: this.#ip, port: 6379 });
        break;
      case "opened":
      case "signalled":
        this.#flush();
        break;
      case "received": {
        const payload = input.payload as Segment;
        this.onHeard();
        this.heard +=
          payload.kind === "rdb" || payload.kind === "ballast" ? "<rdb>" : encode(payload);
        break;
      }
      case "closed":
        this.closed = input.why;
        this.#connection = undefined;
        break;
      default:
        break;
    }
  }

  #flush(): void {
    const outbox = this.#outbox;
    if (this.#connection === undefined || outbox.length === 0) return;
    this.#outbox = [];
    for (const segment of outbox) this.#context.send(this.#connection, segment);
  }

  /** Sends, and lets it arrive. */
  send(...args: string[]): this {
    return this.#push(request(...args));
  }

  sendBytes(bytes: string): this {
    return this.#push(raw(bytes));
  }

  #push(segment: Segment): this {
    this.#outbox.push(segment);
    this.#world.inject({ kind: "kill", node: this.#name, signal: "TERM" });
    this.#world.settle();
    return this;
  }

  /** Sends, and gives what comes back within a few milliseconds. */
  ask(...args: string[]): string {
    this.heard = "";
    this.send(...args);
    return this.heard;
  }
}

/** A connection to the server `to`, from a host of its own. */
export function caller(world: World, to: string, name = "caller"): Caller {
  let made: Caller | undefined;
  const { simulation } = world;
  simulation.addHost(name, { ips: [world.peerIp()] });
  simulation.addNode(name, {
    host: name,
    factory: (context) => {
      made = new Caller(context, world, name, world.ip(to));
      return made;
    },
  });
  simulation.boot(name);
  world.settle();
  return made as unknown as Caller;
}

type Answer = (send: (segment: Segment) => void, close: () => void) => void;

/** A master on 10.0.9.9: it answers a handshake and does with each PSYNC what the test says. */
export class ScriptedMaster implements Actor {
  readonly heard: string[] = [];
  readonly lengths: number[] = [];
  /** What to do with the first PSYNC, the second, ...; the last counts on. */
  answers: Answer[] = [];
  /** What PING is answered. */
  greeting: Segment = pong;
  /** What REPLCONF and AUTH are answered. */
  courtesy: Segment = ok;
  connection: ConnectionId | undefined;
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  handle(input: Input): void {
    if (input.kind === "started") this.#context.listen(6379);
    if (input.kind === "signalled") this.onSignal();
    if (input.kind === "closed" && input.connection === this.connection)
      this.connection = undefined;
    if (input.kind !== "received") return;
    const { connection } = input;
    this.connection = connection;
    const payload = input.payload as Request | Segment;
    if (payload.kind === "raw") this.heard.push(payload.bytes);
    if (payload.kind !== "request") return;
    this.heard.push(payload.args.join(" "));
    this.lengths.push(encode(payload).length);
    const name = payload.args[0] ?? "";
    this.onRequest(payload.args.join(" "));
    if (this.connection === undefined) return;
    if (name === "PING") this.say(this.greeting);
    else if (name === "PSYNC") {
      const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
      answer?.(
        (segment) => this.say(segment),
        () => this.#context.close(connection),
      );
    } else if (payload.args[1] !== "ACK") this.say(this.courtesy);
  }

  /** Called with each command before it is answered. */
  onRequest: (command: string) => void = () => undefined;

  /** What it does when the test signals it. */
  onSignal: () => void = () => undefined;

  say(segment: Segment): void {
    if (this.connection !== undefined) this.#context.send(this.connection, segment);
  }

  hangUp(): void {
    if (this.connection !== undefined) this.#context.close(this.connection);
    this.connection = undefined;
  }

  get psyncs(): readonly string[] {
    return this.heard.filter((command) => command.startsWith("PSYNC"));
  }
}

export const scriptedAddress = "10.0.9.9 6379";

export function scriptedMaster(world: World): ScriptedMaster {
  const made: ScriptedMaster[] = [];
  world.simulation.addHost("fake", { ips: ["10.0.9.9"] });
  world.simulation.addNode("fake", {
    host: "fake",
    factory: (context) => {
      const master = new ScriptedMaster(context);
      made.push(master);
      return master;
    },
  });
  world.simulation.boot("fake");
  return made[0] as ScriptedMaster;
}

/** Makes the scripted master do this now. */
export function tellMaster(world: World, master: ScriptedMaster, what: () => void): void {
  master.onSignal = what;
  world.inject({ kind: "kill", node: "fake", signal: "TERM" });
  world.settle();
}
