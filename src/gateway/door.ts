/**
 * The real port of a node: open while its process runs, or while its machine is off, for then nobody
 * is there to refuse; closed while the process is down, so that connecting is refused as it would be.
 * A process that is up and does not listen yet has its visitors reset.
 */
import { createServer, type Server, type Socket } from "node:net";
import type { Address } from "../kernel/actor.js";

/** tcp-backlog */
const backlog = 511;
/** A port that somebody else has taken meanwhile is tried again after so many milliseconds. */
const retryAfter = 50;

export class Door {
  readonly node: string;
  readonly address: Address;
  readonly #server: Server;
  #state: "closed" | "opening" | "open" | "closing" = "closed";
  #isWanted = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(node: string, address: Address, enters: (node: string, socket: Socket) => void) {
    this.node = node;
    this.address = address;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      if (this.#isWanted) enters(node, socket);
      else socket.resetAndDestroy();
    });
    this.#server.on("listening", () => {
      this.#state = "open";
      this.#settle();
    });
    this.#server.on("error", () => {
      // One that could not be accepted, for want of file descriptors: the port is open still.
      if (this.#server.listening) return;
      this.#state = "closed";
      this.#retry = setTimeout(() => this.#settle(), retryAfter);
    });
  }

  /** For the first time: says if it cannot be. */
  open(): Promise<void> {
    this.#isWanted = true;
    this.#state = "opening";
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => {
        clearTimeout(this.#retry);
        this.#isWanted = false;
        reject(error);
      };
      this.#server.once("error", failed);
      this.#server.listen({ host: this.address.ip, port: this.address.port, backlog }, () => {
        this.#server.off("error", failed);
        resolve();
      });
    });
  }

  /** As the node is now. */
  set isOpen(isWanted: boolean) {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    this.#settle();
  }

  /** For good. */
  async close(): Promise<void> {
    this.#isWanted = false;
    clearTimeout(this.#retry);
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #settle(): void {
    if (this.#isWanted && this.#state === "closed") {
      this.#state = "opening";
      this.#server.listen({ host: this.address.ip, port: this.address.port, backlog });
    } else if (!this.#isWanted && this.#state === "open") {
      // The port is free at once; `close` waits for connections as well, and those go on.
      this.#server.close();
      this.#state = "closed";
    }
  }
}
