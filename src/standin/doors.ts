/**
 * The listening sockets of a stand-in. Redis listens on every address of its machine unless it is told
 * to `bind`; a stand-in listens on loopback addresses alone, whatever it is told.
 */
import { createServer, type Server, type Socket } from "node:net";

const usual = ["127.0.0.1", "::1"];
/** A machine may have no IPv6 at all. */
const optional = "::1";

export class Doors {
  readonly #servers: Server[] = [];
  readonly #enters: (socket: Socket) => void;

  constructor(enters: (socket: Socket) => void) {
    this.#enters = enters;
  }

  /** Rejects where the port cannot be had. */
  async open(bind: readonly string[], port: number, backlog: number): Promise<void> {
    const asked = bind.map((address) => address.replace(/^-/, "")).filter(isLoopback);
    const addresses = asked.length > 0 ? asked : usual;
    for (const address of addresses) {
      try {
        await this.#open(address, port, backlog);
      } catch (error) {
        const isNeeded = address !== optional || addresses.length === 1;
        if (isNeeded) throw error;
      }
    }
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }

  #open(host: string, port: number, backlog: number): Promise<void> {
    // Nothing is read before it is known to whom it goes.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, this.#enters);
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, backlog, ipv6Only: host.includes(":") }, () => {
        server.off("error", reject);
        this.#servers.push(server);
        resolve();
      });
    });
  }
}

function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || address.startsWith("127.");
}
