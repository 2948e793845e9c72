/**
 * One stand-in, as the simulation sees it: the process at the other end of a channel, and the node that
 * lives as long as it does. Its connections have numbers of its own, here they have those of the run.
 */
import type { Socket } from "node:net";
import type { Address } from "../kernel/actor.js";
import type { Launch, OutsideInput } from "../kernel/outside.js";
import type { OutsideOutput } from "../redis/client/outside.js";
import { NodeLog } from "../run/node-log.js";
import { loneHostName } from "../scenario/lone-host.js";
import { Channel, type ToSimulation, type ToStandIn } from "./frames.js";

export interface Joined {
  readonly node: string;
  readonly launch: Launch;
}

export interface MemberOptions {
  readonly socket: Socket;
  readonly program: string;
  /** A number for a connection that nobody has had before. */
  readonly nextConnection: () => number;
  readonly take: (input: OutsideInput) => void;
  /** It says who it is: the node that it becomes, and how that is started. */
  readonly joins: (launch: Launch, folder: string) => Joined;
  readonly gone: (member: Member) => void;
  /** The clock of its machine, in Unix microseconds. */
  readonly wall: (node: string) => number;
}

/** How long the last words of its connections may take to arrive, in looks at them. */
const farewellMax = 50;

export class Member {
  readonly #options: MemberOptions;
  readonly #channel: Channel<ToSimulation, ToStandIn>;
  readonly #numbers = new Map<number, number>();
  readonly #own = new Map<number, number>();
  #node: string | undefined;
  #launch: Launch | undefined;
  #exit: number | undefined;
  #farewells = 0;
  /** What its node has logged and it has not been told yet: where a node logs much, one write has it all. */
  #logged = "";
  /** Undefined until it has joined. */
  log: NodeLog | undefined;
  /** As /proc showed it last. */
  isStopped = false;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#channel = new Channel<ToSimulation, ToStandIn>({
      socket: options.socket,
      message: (message) => this.#hear(message),
      bytes: (own, bytes) => {
        const connection = this.#numbers.get(own);
        if (connection !== undefined) options.take({ does: "send", connection, bytes });
      },
      gone: () => options.gone(this),
    });
  }

  get node(): string | undefined {
    return this.#node;
  }

  get pid(): number | undefined {
    return this.#launch?.pid;
  }

  /** Of its connections, as the run numbers them. */
  get connections(): Iterable<number> {
    return this.#own.keys();
  }

  tell(output: OutsideOutput): void {
    const own = this.#own.get(output.connection);
    if (own === undefined || output.says === "dial") return;
    if (output.says === "data") {
      this.#channel.sendBytes(own, output.bytes);
      return;
    }
    this.#channel.send({ ...output, connection: own });
    if (output.says === "closed") this.#forget(own);
  }

  /** Between two steps. */
  flushLog(): void {
    if (this.#logged === "") return;
    this.#channel.send({ says: "log", text: this.#logged });
    this.#logged = "";
  }

  execute(child: number, args: readonly string[]): void {
    this.#channel.send({ says: "execute", child, args });
  }

  signal(child: number, signal: number): void {
    this.#channel.send({ says: "signal", child, signal });
  }

  /** There is no simulation for it, or not any more. */
  refuse(why: string): void {
    this.#channel.send({ says: "refused", why });
    this.#channel.close();
  }

  /** Its node has ended; it is told once all that its clients were sent has left. */
  ends(code: number): void {
    this.#exit = code;
  }

  /** Has it been told? */
  settleEnd(): boolean {
    if (this.#exit === undefined) return false;
    if (this.#own.size > 0 && ++this.#farewells < farewellMax) return false;
    this.log?.end();
    this.flushLog();
    this.#channel.send({ says: "exit", code: this.#exit });
    this.#channel.close();
    return true;
  }

  #hear(message: ToSimulation): void {
    const { take } = this.#options;
    switch (message.does) {
      case "join":
        this.#join(message);
        break;
      case "connect":
        this.#connect(message.connection, message.from);
        break;
      case "end":
      case "abort": {
        const connection = this.#numbers.get(message.connection);
        if (connection === undefined) return;
        take({ does: message.does, connection });
        if (message.does === "abort") this.#forget(message.connection);
        break;
      }
      case "interrupt": {
        const { signal } = message;
        if (this.#node !== undefined)
          take({ does: "inject", fault: { kind: "kill", node: this.#node, signal } });
        break;
      }
      default:
        if (this.#node !== undefined)
          take({ does: "ended", node: this.#node, child: message.child, code: message.code });
    }
  }

  #join({
    program,
    launch: asked,
    folder,
    zone,
  }: Extract<ToSimulation, { readonly does: "join" }>): void {
    const { joins, program: own, take, wall } = this.#options;
    if (program !== own) {
      this.refuse(`the simulation is one of redsim ${own}, and this is redsim ${program}`);
      return;
    }
    const { node, launch } = joins(asked, folder);
    this.#node = node;
    this.#launch = launch;
    this.log = new NodeLog(
      { name: node, isSentinel: launch.program === "redis-sentinel", pid: launch.pid },
      () => wall(node) + zone * 60_000_000,
      (line) => {
        this.#logged += `${line}\n`;
      },
    );
    this.#channel.send({ says: "joined" });
    take({ does: "start", node, host: loneHostName, launch });
  }

  #connect(own: number, from: Address | undefined): void {
    const node = this.#node;
    if (node === undefined) return;
    const connection = this.#options.nextConnection();
    this.#numbers.set(own, connection);
    this.#own.set(connection, own);
    const known = from === undefined ? {} : { from };
    this.#options.take({ does: "connect", connection, node, ...known });
  }

  #forget(own: number): void {
    const connection = this.#numbers.get(own);
    this.#numbers.delete(own);
    if (connection !== undefined) this.#own.delete(connection);
  }
}
