/**
 * A process in the place of a redis-server or redis-sentinel. What others see of such a process is its
 * own: the port, the pid, the log, the signals it takes, the code it exits with. What it does is done
 * by its node in the simulation, to which it passes the bytes of its clients.
 */
import { appendFileSync, unlinkSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { constants } from "node:os";
import { Visitor } from "../gateway/visitor.js";
import type { Address } from "../kernel/actor.js";
import type { Launch } from "../kernel/outside.js";
import type { Doors } from "./doors.js";
import { attempt } from "./error-text.js";
import { Channel, type ToSimulation, type ToStandIn } from "./frames.js";
import { Scripts } from "./scripts.js";

export interface StandInOptions {
  /** To the simulation. */
  readonly socket: Socket;
  readonly doors: Doors;
  readonly launch: Launch;
  /** Its `dir`. */
  readonly folder: string;
  /** The version of redsim. */
  readonly program: string;
  /** Absolute; undefined: stdout. */
  readonly logFile: string | undefined;
  /** Absolute; undefined: none is kept. */
  readonly pidFile: string | undefined;
  /** Clients that came before there was a simulation to take them to. */
  readonly early: readonly Socket[];
}

/** Real milliseconds that clients have to take what they were sent, once the node has ended. */
const farewell = 1_000;

export class StandIn {
  readonly #options: StandInOptions;
  readonly #channel: Channel<ToStandIn, ToSimulation>;
  readonly #visitors = new Map<number, Visitor>();
  /** Who is not listened to: because of the simulation's node, or because of the way there. */
  readonly #full = new Set<number>();
  readonly #held = new Set<number>();
  readonly #scripts: Scripts;
  #connections = 0;
  #isEnding = false;
  /** Once the node has ended: what is left to do. */
  #exit: (() => void) | undefined;

  constructor(options: StandInOptions) {
    this.#options = options;
    this.#scripts = new Scripts((child, code) =>
      this.#channel.send({ does: "ended", child, code }),
    );
    this.#channel = new Channel<ToStandIn, ToSimulation>({
      socket: options.socket,
      message: (message) => this.#hear(message),
      bytes: (connection, bytes) => {
        const visitor = this.#visitors.get(connection);
        visitor?.hear({ says: "data", connection, bytes });
        visitor?.flush();
      },
      drained: () => this.#listenAgain(),
      gone: () => {
        if (!this.#isEnding) this.#fail("the simulation has ended");
      },
    });
  }

  join(): void {
    const { program, launch, folder } = this.#options;
    const zone = -new Date().getTimezoneOffset();
    this.#channel.send({ does: "join", program, launch, folder, zone });
    for (const signal of ["TERM", "INT"] as const)
      process.on(`SIG${signal}`, () => this.#channel.send({ does: "interrupt", signal }));
    process.on("SIGHUP", () => undefined);
    // Nobody reads the log any more: SIGPIPE is ignored.
    process.stdout.on("error", () => undefined);
  }

  enters(socket: Socket): void {
    const connection = ++this.#connections;
    this.#channel.send({ does: "connect", connection, from: peerOf(socket) });
    const visitor = new Visitor({
      number: connection,
      socket,
      take: (input) => {
        if (input.does === "send") this.#says(connection, input.bytes);
        else if (input.does === "end" || input.does === "abort")
          this.#channel.send({ does: input.does, connection });
      },
      gone: (number) => {
        this.#visitors.delete(number);
        this.#held.delete(number);
        this.#full.delete(number);
        if (this.#isEnding && this.#visitors.size === 0) this.#exit?.();
      },
    });
    this.#visitors.set(connection, visitor);
    socket.resume();
  }

  #hear(message: ToStandIn): void {
    switch (message.says) {
      case "joined":
        this.#begins();
        break;
      case "refused":
        this.#fail(message.why);
        break;
      case "log":
        this.#log(message.text);
        break;
      case "execute":
        this.#scripts.execute(message.child, message.args);
        break;
      case "signal":
        this.#scripts.signal(message.child, message.signal);
        break;
      case "exit":
        this.#end(message.code);
        break;
      default:
        if (message.says === "full") this.#full.add(message.connection);
        else this.#full.delete(message.connection);
        if (message.says !== "drained" || !this.#held.has(message.connection))
          this.#visitors.get(message.connection)?.hear(message);
    }
  }

  /** A client that says more than the simulation takes is not listened to for a while. */
  #says(connection: number, bytes: string): void {
    this.#channel.sendBytes(connection, bytes);
    if (!this.#channel.isFull) return;
    this.#held.add(connection);
    this.#visitors.get(connection)?.hear({ says: "full", connection });
  }

  #listenAgain(): void {
    for (const connection of this.#held)
      if (!this.#full.has(connection))
        this.#visitors.get(connection)?.hear({ says: "drained", connection });
    this.#held.clear();
  }

  /** `createPidFile()`: a file that cannot be written is done without. */
  #begins(): void {
    const { pidFile, early } = this.#options;
    if (pidFile !== undefined) attempt(() => writeFileSync(pidFile, `${process.pid}\n`));
    for (const socket of early) this.enters(socket);
  }

  #log(text: string): void {
    const { logFile } = this.#options;
    if (logFile === undefined) process.stdout.write(text, "latin1");
    // serverLogRaw() opens it for each line, and lets go what it cannot write.
    else attempt(() => appendFileSync(logFile, text, "latin1"));
  }

  /** The node has ended: nobody comes in any more, and who was told something may still read it. */
  #end(code: number): void {
    const { doors, pidFile } = this.#options;
    this.#isEnding = true;
    doors.close();
    if (pidFile !== undefined) attempt(() => unlinkSync(pidFile));
    this.#exit = () => leave(code);
    if (this.#visitors.size === 0) leave(code);
    else setTimeout(() => leave(code), farewell);
  }

  #fail(why: string): void {
    process.stderr.write(`redsim: ${why}\n`);
    process.exit(1);
  }
}

/** Of IPv6 a run knows nothing. */
function peerOf({
  remoteAddress: ip,
  remoteFamily,
  remotePort: port,
}: Socket): Address | undefined {
  return remoteFamily === "IPv4" && ip !== undefined && port !== undefined
    ? { ip, port }
    : undefined;
}

/** As the node did: with its code, or of its signal. */
function leave(code: number): void {
  if (code >= 0) process.exit(code);
  const signal = Object.entries(constants.signals).find(([, number]) => number === -code)?.[0];
  process.kill(process.pid, signal as NodeJS.Signals | undefined);
}
