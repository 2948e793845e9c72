/**
 * A small world for the kernel's tests: nodes that write down what happens to them, and do what a
 * test tells them, on SIGTERM, for nothing else makes a process do something out of the blue.
 */
import type {
  Actor,
  Address,
  ConnectionId,
  Context,
  Input,
  Payload,
  TimerId,
} from "../../src/kernel/actor.js";
import type { HostSettings } from "../../src/kernel/host.js";
import { Simulation, type SimulationOptions } from "../../src/kernel/simulation.js";
import { type Duration, type Instant, milliseconds } from "../../src/kernel/time.js";

export class Text implements Payload {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get length(): number {
    return this.text.length;
  }
}

/** So many bytes that can be cut anywhere. */
export class Ballast implements Payload {
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }

  split(bytes: number): readonly [Payload, Payload] {
    return [new Ballast(bytes), new Ballast(this.length - bytes)];
  }
}

export interface Heard {
  readonly at: Instant;
  readonly what: string;
}

export class Probe implements Actor {
  readonly context: Context;
  readonly heard: Heard[] = [];
  bytes = 0;
  onInput: ((input: Input) => void) | undefined;
  onSignal: (() => void) | undefined;
  readonly #world: World;

  constructor(world: World, context: Context) {
    this.#world = world;
    this.context = context;
  }

  handle(input: Input): void {
    if (input.kind === "received") this.bytes += input.payload.length;
    this.heard.push({ at: this.#world.simulation.now, what: describeInput(input) });
    this.onInput?.(input);
    if (input.kind === "signalled") {
      const act = this.onSignal;
      this.onSignal = undefined;
      act?.();
    }
  }

  inspect(): unknown {
    return this.bytes;
  }

  connect(address: Address): ConnectionId {
    return this.context.connect(address);
  }

  timer(name: string): TimerId {
    return this.context.timer(name);
  }

  /** What it heard of these kinds, without the ends of iterations unless asked for. */
  list(...kinds: string[]): string[] {
    return this.heard
      .map(({ what }) => what)
      .filter((what) =>
        kinds.length === 0 ? what !== "settled" : kinds.includes(what.split(" ")[0] ?? ""),
      );
  }

  /** When it first heard this, in microseconds. */
  when(what: string): number {
    const found = this.heard.find((heard) => heard.what.startsWith(what));
    if (found === undefined) throw new Error(`${what} was not heard: ${this.list().join(", ")}`);
    return found.at;
  }

  forget(): void {
    this.heard.length = 0;
  }
}

export interface WorldOptions extends Partial<SimulationOptions> {
  readonly hosts?: Readonly<Record<string, Partial<HostSettings>>>;
  /** Nodes that sleep to the microsecond. */
  readonly fineTimers?: readonly string[];
  /** Nodes that round epoll's timeout down. */
  readonly roundsDown?: readonly string[];
  /** Called in the factory of each process. */
  readonly setUp?: (probe: Probe) => void;
}

/** Each link takes exactly 1 ms and each wake-up 100 µs, unless the options say otherwise. */
export class World {
  readonly simulation: Simulation;
  readonly #probes = new Map<string, Probe>();

  constructor(names: readonly string[], options: WorldOptions = {}) {
    const { hosts, fineTimers, roundsDown, setUp, ...rest } = options;
    this.simulation = new Simulation({
      seed: "kernel",
      defaultLink: { latency: milliseconds(1), jitter: 0 as Duration, bandwidth: 0 },
      ...rest,
    });
    names.forEach((name, index) => {
      this.simulation.addHost(name, {
        ips: [`10.0.0.${index + 1}`],
        lateness: { min: 100 as Duration, max: 100 as Duration },
        ...hosts?.[name],
      });
      this.simulation.addNode(name, {
        host: name,
        fineTimers: fineTimers?.includes(name) ?? false,
        roundsDown: roundsDown?.includes(name) ?? false,
        factory: (context) => {
          const probe = new Probe(this, context);
          this.#probes.set(name, probe);
          setUp?.(probe);
          return probe;
        },
      });
      this.simulation.boot(name);
    });
  }

  probe(name: string): Probe {
    const probe = this.#probes.get(name);
    if (probe === undefined) throw new Error(`${name} was never booted`);
    return probe;
  }

  /** Lets a node do something, in an iteration of its own at once. */
  let(name: string, act: (context: Context) => void): void {
    const probe = this.probe(name);
    probe.onSignal = () => act(probe.context);
    this.simulation.inject({ kind: "kill", node: name, signal: "TERM" });
  }

  send(name: string, connection: ConnectionId, text: string): void {
    this.let(name, (context) => context.send(connection, new Text(text)));
  }

  advance(time: Duration): void {
    this.simulation.advance(time);
  }

  cut(a: string, b: string, direction: "both" | "to" | "from" = "both"): void {
    this.simulation.inject({ kind: "cut", name: "cut", a: [a], b: [b], direction, mode: "drop" });
  }

  heal(): void {
    this.simulation.inject({ kind: "heal", name: undefined });
  }
}

/** `client` connected to `server`, port 6379: both ends have id 0; 10 ms have passed. */
export function pair(options: WorldOptions = {}): World {
  const world = new World(["client", "server"], options);
  world.let("server", (context) => context.listen(6379));
  world.let("client", (context) => context.connect({ ip: "10.0.0.2", port: 6379 }));
  world.advance(milliseconds(10));
  world.probe("client").forget();
  world.probe("server").forget();
  return world;
}

export const first = 0 as ConnectionId;

function describeInput(input: Input): string {
  switch (input.kind) {
    case "opened":
    case "accepted":
      return `${input.kind} ${input.connection}`;
    case "received": {
      const { payload } = input;
      const text = payload instanceof Text ? payload.text : `${payload.length} bytes`;
      return `received ${input.connection} ${text}`;
    }
    case "closed":
      return `closed ${input.connection} ${input.why}`;
    case "drained":
      return `drained ${input.connection}`;
    case "fired":
      return `fired ${input.timer}`;
    case "childExited":
      return `childExited ${input.child} ${input.code}`;
    case "signalled":
      return "signalled";
    default:
      return input.kind;
  }
}
