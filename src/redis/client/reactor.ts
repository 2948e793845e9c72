/**
 * What the operating system is to a client program: sockets and timers by their number, and whoever
 * asked for one is told when something happens to it. Every program of this folder, blocking or
 * event-driven, lives on top of one of these.
 */
import type { Context, Input, TimerId } from "../../kernel/actor.js";
import type { Socket } from "./socket.js";

export interface TimerListener {
  timerFired(timer: TimerId): void;
}

export class Reactor {
  readonly context: Context;
  readonly #sockets: (Socket | undefined)[] = [];
  readonly #timers: (TimerListener | undefined)[] = [];

  constructor(context: Context) {
    this.context = context;
  }

  register(socket: Socket): void {
    this.#sockets[socket.id] = socket;
  }

  unregister(socket: Socket): void {
    if (this.#sockets[socket.id] === socket) this.#sockets[socket.id] = undefined;
  }

  timer(name: string, listener: TimerListener): TimerId {
    const timer = this.context.timer(name);
    this.#timers[timer] = listener;
    return timer;
  }

  handle(input: Input): void {
    switch (input.kind) {
      case "opened":
        this.#sockets[input.connection]?.opened();
        break;
      case "received":
        this.#sockets[input.connection]?.received(input.payload);
        break;
      case "closed":
        this.#sockets[input.connection]?.closed(input.why);
        break;
      case "fired":
        this.#timers[input.timer]?.timerFired(input.timer);
        break;
      default:
        // Clients neither listen nor fork; a TERM ends them without a word, as it ends a program
        // that has no handler for it.
        if (input.kind === "signalled") this.context.exit(-15);
        break;
    }
  }
}
